
namespace ImageService.Core.Invalidation.Cdn;

/// <summary>
/// Fastly: purge by surrogate keys, 256 per call (developer.fastly.com, "Purging": <c>POST /service/{id}/purge</c> with a JSON list).
/// Soft purge is not used: a deleted or private image must not be served stale.
/// </summary>
public sealed class FastlyPurger(PurgeClient client, CdnOptions options) : ICdnPurger
{
    private const int KeysPerCall = 256;

    private readonly Uri _url = new(new Uri(options.Endpoint ?? "https://api.fastly.com"), $"/service/{options.ResourceId}/purge");

    public string Provider => "fastly";

    public async Task PurgeAsync(CdnPurge purge, CancellationToken ct)
    {
        foreach (var chunk in purge.Tags.Chunk(KeysPerCall))
        {
            await client.SendAsync(
                Provider,
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Post, _url)
                    {
                        Content = PurgeClient.Json("surrogate_keys", chunk),
                    };
                    request.Headers.TryAddWithoutValidation("Fastly-Key", options.Secret);
                    request.Headers.Accept.ParseAdd("application/json");
                    return request;
                },
                isNothingToDo: null,
                ct);
        }
    }

    public void Dispose() => client.Dispose();
}
