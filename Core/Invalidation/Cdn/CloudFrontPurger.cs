using System.Text;
using System.Xml.Linq;

namespace ImageService.Core.Invalidation.Cdn;

/// <summary>
/// CloudFront: an invalidation of wildcard paths, 15 per call, which is how many wildcards may be in progress at once
/// (docs.aws.amazon.com/cloudfront, "CreateInvalidation", API version 2020-05-31). CloudFront knows no tags, so the path prefixes are used.
/// </summary>
public sealed class CloudFrontPurger(PurgeClient client, CdnOptions options, TimeProvider time) : ICdnPurger
{
    private const int WildcardsPerCall = 15;

    private static readonly XNamespace Schema = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

    private readonly Uri _url = new(new Uri(options.Endpoint ?? "https://cloudfront.amazonaws.com"),
        $"/2020-05-31/distribution/{options.ResourceId}/invalidation");

    public string Provider => "cloudfront";

    public async Task PurgeAsync(CdnPurge purge, CancellationToken ct)
    {
        foreach (var chunk in purge.Prefixes.Chunk(WildcardsPerCall))
        {
            var body = Encoding.UTF8.GetBytes(Batch(chunk).ToString(SaveOptions.DisableFormatting));
            await client.SendAsync(
                Provider,
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
                    request.Content.Headers.ContentType = new("text/xml");
                    AwsSignature.Sign(request, body, options.AccessKeyId!, options.Secret!, "us-east-1", "cloudfront", time.GetUtcNow());
                    return request;
                },
                isNothingToDo: null,
                ct);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>
    /// The caller reference is this call's own: CloudFront takes a retried call with the same reference for the same invalidation, and would take a later
    /// purge of the same paths for it too.
    /// </summary>
    private XElement Batch(string[] prefixes)
    {
        return new XElement(
            Schema + "InvalidationBatch",
            new XElement(
                Schema + "Paths",
                new XElement(Schema + "Quantity", prefixes.Length),
                new XElement(Schema + "Items", prefixes.Select(static prefix => new XElement(Schema + "Path", prefix + "*")))),
            new XElement(Schema + "CallerReference", Guid.CreateVersion7(time.GetUtcNow()).ToString("n")));
    }
}
