namespace ImageService.Core.Invalidation.Cdn;

/// <summary>
/// Varnish: one <c>BAN</c> request with a regular expression over the stored <c>Cache-Tag</c> headers, as <c>deploy/edge/varnish.vcl</c> understands it.
/// A ban covers every <c>Vary</c> variant of every URL that carries the tag.
/// </summary>
public sealed class VarnishPurger(PurgeClient client, CdnOptions options) : ICdnPurger
{
    /// <summary>Tags per ban: keeps the header far below Varnish's limit of 8 KiB per header line.</summary>
    private const int TagsPerBan = 50;

    private readonly Uri _endpoint = new(options.Endpoint!);

    public string Provider => "varnish";

    public async Task PurgeAsync(CdnPurge purge, CancellationToken ct)
    {
        foreach (var chunk in purge.Tags.Chunk(TagsPerBan))
        {
            var pattern = $"(^|,)({string.Join('|', chunk)})(,|$)";
            await client.SendAsync(
                Provider,
                () =>
                {
                    var request = new HttpRequestMessage(new HttpMethod("BAN"), _endpoint);
                    request.Headers.TryAddWithoutValidation(options.TagHeader, pattern);
                    return request;
                },
                isNothingToDo: null,
                ct);
        }
    }

    public void Dispose() => client.Dispose();
}
