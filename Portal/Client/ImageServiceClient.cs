using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ImageService.Portal.Client;

/// <summary>The Api as the portal sees it, in the name of the signed-in person. One partial file per resource.</summary>
internal sealed partial class ImageServiceClient(HttpClient http, PortalSession session)
{
    /// <summary>An Api of another release may leave out members that records here are made with: those have their default.</summary>
    private static readonly JsonSerializerOptions Json = new(ApiJson.Default.Options) { TypeInfoResolver = ApiJson.Default.WithAddedModifier(AllowMissing) };

    private static void AllowMissing(JsonTypeInfo type)
    {
        foreach (var member in type.Properties)
            member.IsRequired = false;
    }

    private async Task<ApiAnswer<T>> SendAsync<T>(HttpRequestMessage request, string? organization, CancellationToken ct)
    {
        using (request)
        {
            await AuthorizeAsync(request, organization);
            try
            {
                // Read whole here, so that an Api that dies in the middle of an answer is unreachable, not an exception of the page.
                using var response = await http.SendAsync(request, ct);
                if (!response.IsSuccessStatusCode)
                    return new ApiAnswer<T>(default, await ReadProblemAsync(response, ct));
                if (response.StatusCode is System.Net.HttpStatusCode.NoContent or System.Net.HttpStatusCode.Accepted)
                    return new ApiAnswer<T>(default, null);
                return new ApiAnswer<T>(await response.Content.ReadFromJsonAsync(TypeOf<T>(), ct), null, response.Headers.ETag?.ToString());
            }
            catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException or BrokenCircuitException)
            {
                return new ApiAnswer<T>(default, ApiProblem.Unreachable);
            }
        }
    }

    private Task<ApiAnswer<T>> GetAsync<T>(string path, string? organization, CancellationToken ct) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), organization, ct);

    private Task<ApiAnswer<TAnswer>> SendAsync<TBody, TAnswer>(HttpMethod method, string path, TBody body, string? organization, CancellationToken ct) =>
        SendAsync<TAnswer>(new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, TypeOf<TBody>()) }, organization, ct);

    private Task<ApiAnswer<TAnswer>> PostAsync<TAnswer>(string path, string? organization, CancellationToken ct) =>
        SendAsync<TAnswer>(new HttpRequestMessage(HttpMethod.Post, path), organization, ct);

    private Task<ApiAnswer<JsonElement>> DeleteAsync(string path, string? organization, CancellationToken ct) =>
        SendAsync<JsonElement>(new HttpRequestMessage(HttpMethod.Delete, path), organization, ct);

    internal static JsonTypeInfo<T> TypeOf<T>() =>
        Json.TryGetTypeInfo(typeof(T), out var type) ? (JsonTypeInfo<T>)type : throw new InvalidOperationException($"ApiJson does not list {typeof(T)}.");

    /// <summary>Every item of a list, page after page.</summary>
    private async Task<ApiAnswer<IReadOnlyList<T>>> GetAllAsync<T>(string path, string? organization, CancellationToken ct)
    {
        List<T> all = [];
        string? cursor = null;
        do
        {
            var answer = await GetAsync<Page<T>>(
                cursor is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={Uri.EscapeDataString(cursor)}",
                organization,
                ct);
            if (!answer.IsSuccess)
                return new ApiAnswer<IReadOnlyList<T>>(null, answer.Problem);
            all.AddRange(answer.Value.Items);
            cursor = answer.Value.NextCursor;
        }
        while (cursor is not null);
        return new ApiAnswer<IReadOnlyList<T>>(all, null);
    }

    private async Task AuthorizeAsync(HttpRequestMessage request, string? organization)
    {
        if (await session.GetTokenAsync() is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (organization is not null)
            request.Headers.Add("X-Organization", organization);
    }

    private static async Task<ApiProblem> ReadProblemAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var bare = ApiProblem.OfStatus(response.ReasonPhrase, (int)response.StatusCode);
        if (response.Content.Headers.ContentType?.MediaType is not "application/problem+json")
            return bare;
        try
        {
            return await response.Content.ReadFromJsonAsync(TypeOf<ApiProblem>(), ct) is { } problem ? problem with { Status = bare.Status } : bare;
        }
        catch (JsonException)
        {
            return bare;
        }
    }

    private static string Segment(string value) => Uri.EscapeDataString(value);
}
