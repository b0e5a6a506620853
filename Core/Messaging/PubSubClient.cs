using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Apis.Auth.OAuth2;
using ImageService.Core.Outbound;

namespace ImageService.Core.Messaging;

/// <summary>
/// The calls of Pub/Sub's and Cloud Monitoring's REST interfaces that a queue needs. A path is <c>projects/{project}/topics/{name}</c> or
/// <c>…/subscriptions/{name}</c>.
/// </summary>
internal sealed class PubSubClient : IDisposable
{
    private static readonly string[] Scopes = ["https://www.googleapis.com/auth/pubsub", "https://www.googleapis.com/auth/monitoring.read"];

    /// <summary>Pub/Sub gives at most 10 MB of messages at once, here in base64.</summary>
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromMinutes(2), MaxResponseContentBufferSize = 32 << 20,
    };

    private readonly PubSubOptions _options;
    private readonly Lazy<Task<GoogleCredential?>> _credential;

    public PubSubClient(PubSubOptions options)
    {
        _options = options;
        _credential = new(CredentialAsync);
    }

    private string Project => $"projects/{_options.Project}";

    public string Topic(string name) => $"{Project}/topics/{name}";

    public string Subscription(string name) => $"{Project}/subscriptions/{name}";

    /// <summary>Makes a resource; one that exists stays as it is.</summary>
    public async Task CreateAsync(string path, object resource, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Put, $"{_options.Endpoint}/v1/{path}", resource, ct);
        if (response.StatusCode != System.Net.HttpStatusCode.Conflict)
            await EnsureSuccessAsync(response, ct);
    }

    /// <summary>Calls <c>{path}:{verb}</c>.</summary>
    /// <exception cref="HttpRequestException">Google refused; the message holds its words.</exception>
    public async Task<T> CallAsync<T>(string path, string verb, object body, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Post, $"{_options.Endpoint}/v1/{path}:{verb}", body, ct);
        await EnsureSuccessAsync(response, ct);
        return await response.Content.ReadFromJsonAsync<T>(ct) ?? throw new HttpRequestException($"An empty answer to {verb}.");
    }

    public Task CallAsync(string path, string verb, object body, CancellationToken ct) => CallAsync<JsonElement>(path, verb, body, ct);

    /// <summary>The newest value of a subscription's metric; 0 where none was written in the last ten minutes.</summary>
    /// <param name="metric">Such as <c>num_undelivered_messages</c>.</param>
    public async Task<long> MetricAsync(string metric, string subscription, DateTimeOffset now, CancellationToken ct)
    {
        var filter = $"metric.type=\"pubsub.googleapis.com/subscription/{metric}\" AND resource.labels.subscription_id=\"{subscription}\"";
        var query = $"filter={Uri.EscapeDataString(filter)}&interval.startTime={Time(now.AddMinutes(-10))}&interval.endTime={Time(now)}";
        using var response = await SendAsync(HttpMethod.Get, $"{_options.MonitoringEndpoint}/v3/{Project}/timeSeries?{query}", body: null, ct);
        await EnsureSuccessAsync(response, ct);
        var series = await response.Content.ReadFromJsonAsync<TimeSeriesPage>(ct);
        var newest = series?.TimeSeries is [{ Points: [var point, ..] }, ..] ? point.Value.Int64Value : null;
        return long.TryParse(newest, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    public void Dispose() => _http.Dispose();

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
            return;
        var said = await BoundedBody.ReadTextAsync(response.Content, 500, ct);
        throw new HttpRequestException($"Google answered {(int)response.StatusCode}: {said}", inner: null, response.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, url);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (await _credential.Value is { } credential)
        {
            var token = await ((ITokenAccess)credential).GetAccessTokenForRequestAsync(cancellationToken: ct);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await _http.SendAsync(request, ct);
    }

    private async Task<GoogleCredential?> CredentialAsync()
    {
        if (_options.Endpoint.StartsWith("http://", StringComparison.Ordinal))
            return null;
        var credential = _options.CredentialsFile is { } file ? await FromFileAsync(file) : await GoogleCredential.GetApplicationDefaultAsync();
        return credential.CreateScoped(Scopes);
    }

    private static async Task<GoogleCredential> FromFileAsync(string file) =>
        (await CredentialFactory.FromFileAsync<ServiceAccountCredential>(file, CancellationToken.None)).ToGoogleCredential();

    private sealed record TimeSeriesPage([property: JsonPropertyName("timeSeries")] IReadOnlyList<Series>? TimeSeries);

    private sealed record Series([property: JsonPropertyName("points")] IReadOnlyList<Point>? Points);

    private sealed record Point([property: JsonPropertyName("value")] PointValue Value);

    private sealed record PointValue([property: JsonPropertyName("int64Value")] string? Int64Value);
}
