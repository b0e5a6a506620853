using System.Globalization;
using ImageService.Core.Registry;

namespace ImageService.Api.Gateway;

/// <summary>The parts of an image's path where they stand in it: what <see cref="ImageUrl"/> holds, without a text of its own.</summary>
internal readonly ref struct ImagePath
{
    private const int MaxVersionDigits = 9;

    public ReadOnlySpan<char> Organization { get; private init; }

    public ReadOnlySpan<char> Tenant { get; private init; }

    public ReadOnlySpan<char> Space { get; private init; }

    public AssetId AssetId { get; private init; }

    public int Version { get; private init; }

    public ReadOnlySpan<char> File { get; private init; }

    /// <summary>Reads a decoded path; false for anything that cannot name an image.</summary>
    public static bool TryParse(ReadOnlySpan<char> path, out ImagePath image)
    {
        image = default;
        Span<Range> parts = stackalloc Range[11];

        // "", v1, pub, org, tenant, space, img, asset, version, file
        if (path.Split(parts, '/') != 10 || path[parts[6]] is not "img")
            return false;
        if (!AssetId.TryParse(path[parts[7]], out var assetId) || !TryParseVersion(path[parts[8]], out var version))
            return false;
        if (!IsSlug(path[parts[3]]) || !IsSlug(path[parts[4]]) || !IsSlug(path[parts[5]]))
            return false;
        image = new ImagePath
        {
            Organization = path[parts[3]], Tenant = path[parts[4]], Space = path[parts[5]], AssetId = assetId, Version = version, File = path[parts[9]],
        };
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
