using System.Text.Json.Serialization;
using ImageService.Core.Overlays;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Overlays;

/// <summary>A new overlay.</summary>
/// <param name="Slug">1 to 100 of <c>[a-z0-9_]</c>; stands in URLs as <c>o_{slug}</c>.</param>
/// <param name="Name">For people; the slug where left out.</param>
/// <param name="Description">For people.</param>
/// <param name="Elements">1 to 20, in the order they are drawn.</param>
internal sealed record CreateOverlayRequest(string? Slug, string? Name, string? Description, OverlayElementDocument?[]? Elements);

/// <summary>
/// A new revision of an overlay; what is left out stays. The overlay may be sent back as it was read: members that cannot be changed are passed over.
/// </summary>
/// <param name="Slug">The route's; another one is refused.</param>
/// <param name="Name">For people.</param>
/// <param name="Description">For people.</param>
/// <param name="Elements">In the order they are drawn.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record ReviseOverlayRequest(string? Slug, string? Name, string? Description, OverlayElementDocument?[]? Elements);

/// <summary>An overlay in the revision in force.</summary>
internal sealed record OverlayResponse
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required OverlayElementDocument[] Elements { get; init; }

    public required int Revision { get; init; }

    public required PolicyLevel Level { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <param name="overlay">The overlay.</param>
    /// <param name="elements">JSON of the revision in force.</param>
    public static OverlayResponse Of(Overlay overlay, string elements) => new()
    {
        Id = overlay.Id,
        Slug = overlay.Slug,
        Name = overlay.Name,
        Description = overlay.Description,
        Elements = OverlayElements.Documents(elements),
        Revision = overlay.CurrentRevision,
        Level = overlay.SpaceId is not null ? PolicyLevel.Space : overlay.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization,
        CreatedAt = overlay.CreatedAt,
        UpdatedAt = overlay.UpdatedAt,
    };
}
