using System.Text.Json.Serialization;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Presets;

/// <summary>A new preset.</summary>
/// <param name="Slug">1 to 100 of <c>[a-z0-9_]</c>; stands in URLs as <c>preset_{slug}</c>.</param>
/// <param name="Name">For people; the slug where left out.</param>
/// <param name="Description">For people.</param>
/// <param name="Operations">In the URL's grammar: <c>w_400-h_300-f_cover</c>. It may not name a preset.</param>
/// <param name="AutoGenerate">Whether the variant is made after each upload that matches, and for assets already there.</param>
/// <param name="MatchTags">Tags that match; any where both lists are empty.</param>
/// <param name="MatchFolders">Folders that match, with everything below them.</param>
internal sealed record CreatePresetRequest(
    string? Slug, string? Name, string? Description, string? Operations, bool? AutoGenerate, string[]? MatchTags, string[]? MatchFolders);

/// <summary>
/// A new revision of a preset; what is left out stays. The preset may be sent back as it was read: members that cannot be changed are passed over.
/// </summary>
/// <param name="Slug">The route's; another one is refused.</param>
/// <param name="Name">For people.</param>
/// <param name="Description">For people.</param>
/// <param name="Operations">In the URL's grammar.</param>
/// <param name="AutoGenerate">Whether the variant is made ahead.</param>
/// <param name="MatchTags">Tags that match.</param>
/// <param name="MatchFolders">Folders that match, with everything below them.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record RevisePresetRequest(
    string? Slug, string? Name, string? Description, string? Operations, bool? AutoGenerate, string[]? MatchTags, string[]? MatchFolders);

/// <summary>A preset in the revision in force.</summary>
internal sealed record PresetResponse(
    Guid Id,
    string Slug,
    string Name,
    string? Description,
    string Operations,
    int Revision,
    PolicyLevel Level,
    bool AutoGenerate,
    string[] MatchTags,
    string[] MatchFolders,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static PresetResponse Of(Preset preset, string operations) => new(
        preset.Id,
        preset.Slug,
        preset.Name,
        preset.Description,
        operations,
        preset.CurrentRevision,
        preset.SpaceId is not null ? PolicyLevel.Space : preset.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization,
        preset.AutoGenerate,
        preset.MatchTags,
        preset.MatchFolders,
        preset.CreatedAt,
        preset.UpdatedAt);
}
