using System.Diagnostics.CodeAnalysis;
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
    /// <summary>Reads a decoded path; false for anything that cannot name an image (404, like one that does not exist).</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out ImageUrl? url)
    {
        url = ImagePath.TryParse(path, out var parts)
            ? new ImageUrl(parts.Organization.ToString(), parts.Tenant.ToString(), parts.Space.ToString(), parts.AssetId, parts.Version, parts.File.ToString())
            : null;
        return url is not null;
    }
}
