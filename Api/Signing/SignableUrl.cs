using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Signing;

namespace ImageService.Api.Signing;

/// <summary>
/// A URL that can be signed: <c>/v1/priv/{org}/{tenant}/{space}/img/{asset}/v{version}/{operations}.{ext}</c> with a host, or on the host of the request;
/// also <c>/v1/pub/…</c>, for spaces
/// whose policy <c>transform_mode</c> asks for a signature. Its query, an old signature perhaps, is dropped; its path is signed exactly as given.
/// </summary>
internal sealed record SignableUrl
{
    /// <summary><c>http</c> or <c>https</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Host and port as given.</summary>
    public required string Host { get; init; }

    /// <summary>Path as given.</summary>
    public required string Path { get; init; }

    /// <summary>Slug.</summary>
    public required string Organization { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    private const int MaxLength = 4000;

    private static readonly Error Unreadable = Problems.Invalid(
        "url must be an image's URL or path: /v1/priv/{org}/{tenant}/{space}/img/{asset}/v{version}/{operations}.{ext}.");

    public static Result<SignableUrl> Read(string? text, HttpRequest request)
    {
        if (text is not { Length: > 0 and <= MaxLength })
            return Unreadable;
        var (scheme, host, target) = (request.Scheme, request.Host.Value ?? "", text);
        if (text[0] != '/')
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0
                || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
                return Unreadable;

            // Cut from the text and not taken from the parsed URL, which normalises what is signed.
            var start = text.IndexOf('/', uri.Scheme.Length + 3);
            if (start < 0)
                return Unreadable;
            (scheme, host, target) = (uri.Scheme, text[(uri.Scheme.Length + 3)..start], text[start..]);
        }

        var path = RawPath.Of(target);
        if (!RawPath.IsSafe(target) || path.ContainsAny('#', ' '))
            return Unreadable;
        return path.ToString().Split('/') is ["", "v1", "priv" or "pub", var organization, var tenant, var space, "img", _, ['v', ..], _]
            ? new SignableUrl
            {
                Scheme = scheme,
                Host = host,
                Path = path.ToString(),
                Organization = organization,
                Tenant = tenant,
                Space = space,
            }
            : Unreadable;
    }
}
