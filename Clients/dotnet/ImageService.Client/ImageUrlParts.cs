using System.Globalization;

namespace ImageService.Client;

/// <summary>An image's URL taken apart as text, so that what is signed is put together again as it stood.</summary>
internal sealed record ImageUrlParts
{
    public required string BaseUrl { get; init; }

    public required string Access { get; init; }

    public required string Organization { get; init; }

    public required string Tenant { get; init; }

    public required string Space { get; init; }

    public required string Asset { get; init; }

    public required int Version { get; init; }

    public required string Folder { get; init; }

    public required string Operations { get; init; }

    public required string Extension { get; init; }

    public required string Query { get; init; }

    public const int IdLength = 26;

    /// <summary>Null where the text is no URL or path of an image.</summary>
    public static ImageUrlParts? Read(string url)
    {
        var end = url.AsSpan().IndexOf('?') is var question and >= 0 ? question : url.Length;
        var path = url[..end];
        var (slash, dot) = (path.LastIndexOf('/') + 1, path.LastIndexOf('.'));
        if (url.Contains('#') || dot <= slash || !path.AsSpan(dot + 1).ContainsAnyInRange('a', 'z') || path.AsSpan(dot + 1).ContainsAnyExceptInRange('a', 'z'))
            return null;
        return path[..slash]
            .Split('/') is [.. var start, "v1", "pub" or "priv", { Length: > 0 } organization, { Length: > 0 } tenant, { Length: > 0 } space, "img",
            { Length: IdLength } asset, ['v', .. var digits], ""]
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? new ImageUrlParts
            {
                BaseUrl = string.Join('/', start),
                Access = path[..slash].Split('/')[start.Length + 1],
                Organization = organization,
                Tenant = tenant,
                Space = space,
                Asset = asset,
                Version = version,
                Folder = path[..slash],
                Operations = path[slash..dot],
                Extension = path[(dot + 1)..],
                Query = url[end..],
            }
            : null;
    }
}
