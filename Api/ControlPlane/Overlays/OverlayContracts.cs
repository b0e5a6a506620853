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
internal sealed record OverlayResponse(
    Guid Id,
    string Slug,
    string Name,
    string? Description,
    OverlayElementDocument[] Elements,
    int Revision,
    PolicyLevel Level,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <param name="overlay">The overlay.</param>
    /// <param name="elements">JSON of the revision in force.</param>
    public static OverlayResponse Of(Overlay overlay, string elements) => new(
        overlay.Id,
        overlay.Slug,
        overlay.Name,
        overlay.Description,
        OverlayElements.Documents(elements),
        overlay.CurrentRevision,
        overlay.SpaceId is not null ? PolicyLevel.Space : overlay.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization,
        overlay.CreatedAt,
        overlay.UpdatedAt);
}
