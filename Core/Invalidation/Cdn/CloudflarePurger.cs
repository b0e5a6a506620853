using System.Net.Http.Headers;
using System.Text.Json;

namespace ImageService.Core.Invalidation.Cdn;

/// <summary>
/// Cloudflare: purge by cache tags, 30 per call (developers.cloudflare.com/api, "Purge Cached Content": <c>POST /zones/{id}/purge_cache</c>).
/// A 200 whose body says <c>"success": false</c> is a failure.
/// </summary>
public sealed class CloudflarePurger(PurgeClient client, CdnOptions options) : ICdnPurger
{
    private const int TagsPerCall = 30;

    private readonly Uri _url = new(new Uri(options.Endpoint ?? "https://api.cloudflare.com"), $"/client/v4/zones/{options.ResourceId}/purge_cache");

    public string Provider => "cloudflare";

    public async Task PurgeAsync(CdnPurge purge, CancellationToken ct)
    {
        foreach (var chunk in purge.Tags.Chunk(TagsPerCall))
        {
            var answer = await client.SendAsync(
                Provider,
                () => new HttpRequestMessage(HttpMethod.Post, _url)
                {
                    Content = PurgeClient.Json("tags", chunk),
                    Headers = { Authorization = new AuthenticationHeaderValue("Bearer", options.Secret) },
                },
                isNothingToDo: null,
                ct);
            if (!Succeeded(answer))
                throw new CdnPurgeException("cloudflare answered a purge with success=false.");
        }
    }

    public void Dispose() => client.Dispose();

    private static bool Succeeded(string? answer)
    {
        if (answer is null)
            return false;
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
