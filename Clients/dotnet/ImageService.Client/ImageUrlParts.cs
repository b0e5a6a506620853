using System.Globalization;

namespace ImageService.Client;

/// <summary>An image's URL taken apart as text, so that what is signed is put together again as it stood.</summary>
internal sealed record ImageUrlParts(
    string BaseUrl, string Access, string Organization, string Tenant, string Space, string Asset, int Version, string Folder, string Operations,
        string Extension, string Query)
{
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
            ? new ImageUrlParts(
                string.Join('/', start), path[..slash].Split('/')[start.Length + 1], organization, tenant, space, asset, version, path[..slash],
                    path[slash..dot], path[(dot + 1)..], url[end..])
            : null;
    }
}
