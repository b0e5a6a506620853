using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ImageService.Core.Registry;

namespace ImageService.Api.Gateway;

/// <summary>
/// The parts of an image's path: <c>/v1/pub/{org}/{tenant}/{space}/img/{asset-id}/v{version}/{operations}.{ext}</c>. Read only as far as "which image";
/// operations and extension are judged later, because their faults have an answer of their own.
/// </summary>
/// <param name="Organization">Slug.</param>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
/// <param name="AssetId">The asset.</param>
/// <param name="Version">From 1.</param>
/// <param name="File">Operations and extension, <c>w_800-h_600.webp</c>.</param>
internal sealed record ImageUrl(string Organization, string Tenant, string Space, AssetId AssetId, int Version, string File)
{
    private const int MaxVersionDigits = 9;

    /// <summary>Reads a decoded path; false for anything that cannot name an image (404, like one that does not exist).</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out ImageUrl? url)
    {
        url = null;
        Span<Range> parts = stackalloc Range[11];
        var text = path.AsSpan();

        // "", v1, pub, org, tenant, space, img, asset, version, file
        if (text.Split(parts, '/') != 10 || text[parts[6]] is not "img")
            return false;
        if (!AssetId.TryParse(path[parts[7]], out var assetId) || !TryParseVersion(text[parts[8]], out var version))
            return false;
        if (!IsSlug(text[parts[3]]) || !IsSlug(text[parts[4]]) || !IsSlug(text[parts[5]]))
            return false;
        url = new ImageUrl(path[parts[3]], path[parts[4]], path[parts[5]], assetId, version, path[parts[9]]);
        return true;
    }

    private static bool TryParseVersion(ReadOnlySpan<char> text, out int version)
    {
        version = 0;
        return text.Length is > 1 and <= MaxVersionDigits + 1 && text[0] == 'v' && text[1] != '0'
            && int.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out version);
    }

    private static bool IsSlug(ReadOnlySpan<char> text)
    {
        if (text.Length is < 1 or > 100)
            return false;
        foreach (var character in text)
        {
            if (character is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
                return false;
        }

        return true;
    }
}
