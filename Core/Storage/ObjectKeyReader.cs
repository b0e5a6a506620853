using System.Globalization;

namespace ImageService.Core.Storage;

/// <summary>Reads keys that <see cref="ObjectKey"/> wrote, for sweeps that start from the store's listing.</summary>
public static class ObjectKeyReader
{
    /// <summary>Everything an organization owns, staging included.</summary>
    public static string OrganizationPrefix(Guid organizationId) => $"{organizationId:n}/";

    /// <summary>Reads <c>{organization}/{asset}/v{version}/…</c>; false for staging and anything else.</summary>
    public static bool TryReadAsset(string key, out Guid assetId, out int version)
    {
        (assetId, version) = (Guid.Empty, 0);
        var parts = key.Split('/');
        return parts.Length >= 4
            && Guid.TryParseExact(parts[0], "n", out _)
            && Guid.TryParseExact(parts[1], "n", out assetId)
            && parts[2].StartsWith('v')
            && int.TryParse(parts[2].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out version);
    }
}
