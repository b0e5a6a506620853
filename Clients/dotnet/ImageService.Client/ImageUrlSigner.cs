using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Client;

/// <summary>Signs image URLs without asking the server.</summary>
public sealed class ImageUrlSigner
{
    private const int SecretBytes = 32;
    private readonly SigningKey _key;
    private readonly byte[] _secret;
    private readonly TimeProvider _clock;

    /// <exception cref="ArgumentException">The secret is not base64url of 32 bytes.</exception>
    public ImageUrlSigner(SigningKey key, TimeProvider? clock = null)
    {
        _key = key;
        _clock = clock ?? TimeProvider.System;
        _secret = ReadSecret(key.Secret);
    }

    /// <summary>
    /// Signs for a time from now on. With <paramref name="step"/> the end is rounded up to its multiple, so that pages of one step share their URLs and caches.
    /// </summary>
    /// <param name="url">An image's URL, host included; a signature that it carries is replaced.</param>
    /// <param name="life">How long it works at least; the space's policy may end it earlier.</param>
    /// <param name="scope">What it covers.</param>
    /// <param name="step">For example an hour; null: not rounded.</param>
    public string Sign(string url, TimeSpan life, SignatureScope scope = SignatureScope.Url, TimeSpan? step = null)
    {
        var seconds = (_clock.GetUtcNow() + life).ToUnixTimeSeconds();
        if (step is { TotalSeconds: >= 1 } unit)
        {
            var size = (long)unit.TotalSeconds;
            seconds = (seconds + size - 1) / size * size;
        }

        return Sign(url, DateTimeOffset.FromUnixTimeSeconds(seconds), scope);
    }

    /// <summary>Signs until a moment; of it whole seconds count.</summary>
    /// <exception cref="ArgumentException">The URL has no host, or is no http URL.</exception>
    public string Sign(string url, DateTimeOffset expires, SignatureScope scope = SignatureScope.Url)
    {
        // Cut from the text and not taken from Uri, which would normalise what is signed.
        var start = url.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0 ? url.IndexOf('/', scheme + 3) : -1;
        if (start < 0 || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
            throw new ArgumentException("The URL of an image, host included, is expected.", nameof(url));
        var end = url.AsSpan(start).IndexOfAny('?', '#') is var mark and >= 0 ? start + mark : url.Length;
        var path = url[start..end];
        var seconds = expires.ToUnixTimeSeconds();
        var signature = Signature(_secret, path, seconds, uri.Host, _key.TenantId, scope);
        return string.Create(CultureInfo.InvariantCulture,
            $"{url[..end]}?sig={signature}&exp={seconds}&kid={_key.Kid}{(scope is SignatureScope.Asset ? "&scope=asset" : "")}");
    }

    /// <summary>The value of <c>sig</c>, 43 characters: base64url of HMAC-SHA256 over <c>GET\n{path}\n{exp}\n{hostname}\n{tenant id}</c>.</summary>
    /// <param name="secret">Base64url of 32 bytes.</param>
    /// <param name="path">Exactly as it will be requested, still percent-encoded, without the query.</param>
    /// <param name="expiresUnixSeconds">When it ends.</param>
    /// <param name="hostname">As the public sees it, without port.</param>
    /// <param name="tenantId">The tenant that owns the path.</param>
    /// <param name="scope">What it covers.</param>
    public static string Signature(string secret, string path, long expiresUnixSeconds, string hostname, Guid tenantId,
        SignatureScope scope = SignatureScope.Url) =>
        Signature(ReadSecret(secret), path, expiresUnixSeconds, hostname, tenantId, scope);

    /// <summary>
    /// The path without the operations that make sizes, qualities and formats of one picture: <c>…/v3/preset_card-w_400.webp</c> becomes
    /// <c>…/v3/preset_card.*</c>.
    /// </summary>
    public static string PathTemplate(string path)
    {
        var start = path.LastIndexOf('/') + 1;
        var dot = path.LastIndexOf('.');
        if (dot < start)
            return path;
        var kept = string.Join('-',
            path[start..dot].Split('-').Where(token => token != "f_auto" && token.Split('_') is not ["w" or "h" or "dpr" or "q" or "fmt", _, ..]));
        return $"{path[..start]}{(kept.Length == 0 ? "any" : kept)}.*";
    }

    private static string Signature(byte[] secret, string path, long expires, string hostname, Guid tenantId, SignatureScope scope)
    {
        var signed = string.Create(
            CultureInfo.InvariantCulture,
                $"GET\n{(scope is SignatureScope.Asset ? PathTemplate(path) : path)}\n{expires}\n{hostname.ToLowerInvariant()}\n{tenantId:d}");
        return Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(signed)));
    }

    private static byte[] ReadSecret(string text)
    {
        var secret = Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : [];
        return secret.Length == SecretBytes ? secret
            : throw new ArgumentException("The secret is base64url of 32 bytes, as the API shows it once.", nameof(text));
    }
}
