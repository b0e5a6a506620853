using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ImageService.Client;

/// <summary>
/// The service's API. Safe for use by many threads at once; the caller owns the <see cref="HttpClient"/>, whose base address is the service's.
/// What the service refuses is an <see cref="ImageServiceException"/>.
/// </summary>
public sealed partial class ImageServiceClient
{
    private const int MaxProblemBytes = 64 * 1024;
    private readonly HttpClient _http;
    private readonly string _apiKey;
    private readonly TimeProvider _clock;

    /// <param name="http">Its <see cref="HttpClient.BaseAddress"/> is the service's base URL.</param>
    /// <param name="apiKey">The whole <c>X-API-Key</c> value.</param>
    /// <param name="clock">For waiting between attempts.</param>
    public ImageServiceClient(HttpClient http, string apiKey, TimeProvider? clock = null)
    {
        if (http.BaseAddress is null)
            throw new ArgumentException("Set BaseAddress to the service's base URL.", nameof(http));
        ArgumentException.ThrowIfNullOrWhiteSpace(apiKey);
        (_http, _apiKey, _clock) = (http, apiKey, clock ?? TimeProvider.System);
    }

    /// <summary>Signs an image's URL by the tenant's active key; needs the scope <c>image:sign</c>.</summary>
    /// <param name="url">URL, or path on the service's own host.</param>
    /// <param name="life">Null: the policy's usual time.</param>
    /// <param name="scope"><see cref="SignatureScope.Asset"/> for a <c>srcset</c>.</param>
    /// <param name="ct">Cancels.</param>
    public Task<SignedUrl> SignAsync(string url, TimeSpan? life = null, SignatureScope scope = SignatureScope.Url, CancellationToken ct = default) => SendAsync(
        HttpMethod.Post, "/v1/sign",
            JsonContent.Create(new SignRequest(url, (long?)life?.TotalSeconds, scope is SignatureScope.Asset ? "asset" : null), ClientJson.Default.SignRequest),
        ClientJson.Default.SignedUrl, ct);

    /// <summary>Drops an asset's variants from every layer and purges the CDN.</summary>
    public Task InvalidateAsync(string asset, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Post, "/v1/invalidations", JsonContent.Create(new InvalidationRequest(asset), ClientJson.Default.InvalidationRequest), ct);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken ct, string? etag = null)
    {
        using var response = await SendAsync(NewRequest(method, path, content, etag), ct).ConfigureAwait(false);
        return await ReadAsync(response, type, ct).ConfigureAwait(false);
    }

    private async Task SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct, string? etag = null)
    {
        using var response = await SendAsync(NewRequest(method, path, content, etag), ct).ConfigureAwait(false);
    }

    /// <summary>Sends, disposes the request, and turns a refusal into an exception.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw await ProblemAsync(response, ct).ConfigureAwait(false);
        }
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string path, HttpContent? content = null, string? etag = null) =>
        NewRequest(method, new Uri(_http.BaseAddress!, path.TrimStart('/')), content, etag);

    private HttpRequestMessage NewRequest(HttpMethod method, Uri url, HttpContent? content = null, string? etag = null)
    {
        var request = new HttpRequestMessage(method, url) { Content = content };
        request.Headers.Add("X-API-Key", _apiKey);
        if (etag is not null)
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(etag));
        return request;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct) =>
        await response.Content.ReadFromJsonAsync(type, ct).ConfigureAwait(false) ?? throw new JsonException("The service answered null.");

    private async Task<ImageServiceException> ProblemAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var problem = new ProblemDetails(response.ReasonPhrase, null, null, null);
        if (response.Content.Headers.ContentType?.MediaType is "application/problem+json")
        {
            try
            {
                await response.Content.LoadIntoBufferAsync(MaxProblemBytes, ct).ConfigureAwait(false);
                problem = await ReadAsync(response, ClientJson.Default.ProblemDetails, ct).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is JsonException or HttpRequestException)
            {
                // The status alone has to do: what stands in its body was not written by the service.
                problem = problem with { Detail = $"The answer's body could not be read: {exception.Message}" };
            }
        }

        return new ImageServiceException(response.StatusCode, problem.Code, problem.Title, problem.Detail, problem.TraceId, RetryAfter(response));
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - _clock.GetUtcNow() is var wait => wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };
}
