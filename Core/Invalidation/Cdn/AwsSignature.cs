using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Invalidation.Cdn;

/// <summary>
/// AWS Signature Version 4 (docs.aws.amazon.com, "Create a signed AWS API request") for one small POST without a query:
/// no AWS client library that knows CloudFront is among the packages.
/// </summary>
internal static class AwsSignature
{
    /// <summary>
    /// Adds <c>X-Amz-Date</c> and <c>Authorization</c>. Signed are <c>content-type</c> (where there is one), <c>host</c> and <c>x-amz-date</c>.
    /// </summary>
    public static void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, string accessKeyId, string secret, string region, string service,
        DateTimeOffset now)
    {
        var timestamp = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var day = timestamp[..8];
        var url = request.RequestUri!;
        List<(string Name, string Value)> headers = [("host", url.IsDefaultPort ? url.Host : url.Authority), ("x-amz-date", timestamp)];
        if (request.Content?.Headers.ContentType is { } contentType)
            headers.Insert(0, ("content-type", contentType.ToString()));

        var signedHeaders = string.Join(';', headers.Select(static header => header.Name));
        var canonical =
            string.Join('\n', request.Method.Method, url.AbsolutePath, url.Query.TrimStart('?'),
                string.Concat(headers.Select(static header => $"{header.Name}:{header.Value}\n")), signedHeaders, Hex(SHA256.HashData(body)));
        var scope = $"{day}/{region}/{service}/aws4_request";
        var toSign = string.Join('\n', "AWS4-HMAC-SHA256", timestamp, scope, Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));

        var key = Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes("AWS4" + secret), day), region), service), "aws4_request");
        request.Headers.TryAddWithoutValidation("X-Amz-Date", timestamp);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={accessKeyId}/{scope}, SignedHeaders={signedHeaders}, Signature={Hex(Hmac(key, toSign))}");
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
