using System.Diagnostics.CodeAnalysis;
using ImageService.Core.Registry;

namespace ImageService.Api.Gateway;

/// <summary>
/// The parts of an image's path: <c>/v1/pub/{org}/{tenant}/{space}/img/{asset-id}/v{version}/{operations}.{ext}</c>. Read only as far as "which image";
/// operations and extension are judged later, because their faults have an answer of their own.
/// </summary>
internal sealed record ImageUrl
{
    /// <summary>Slug.</summary>
    public required string Organization { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    /// <summary>The asset.</summary>
    public required AssetId AssetId { get; init; }

    /// <summary>From 1.</summary>
    public required int Version { get; init; }

    /// <summary>Operations and extension, <c>w_800-h_600.webp</c>.</summary>
    public required string File { get; init; }

    /// <summary>Reads a decoded path; false for anything that cannot name an image (404, like one that does not exist).</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out ImageUrl? url)
    {
        url = ImagePath.TryParse(path, out var parts)
            ? new ImageUrl
            {
                Organization = parts.Organization.ToString(),
                Tenant = parts.Tenant.ToString(),
                Space = parts.Space.ToString(),
                AssetId = parts.AssetId,
                Version = parts.Version,
                File = parts.File.ToString(),
            }
            : null;
        return url is not null;
    }
}
