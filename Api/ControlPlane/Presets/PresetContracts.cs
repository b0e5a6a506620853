using System.Text.Json.Serialization;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Presets;

/// <summary>A new preset.</summary>
internal sealed record CreatePresetRequest
{
    /// <summary>1 to 100 of <c>[a-z0-9_]</c>; stands in URLs as <c>preset_{slug}</c>.</summary>
    public string? Slug { get; init; }

    /// <summary>For people; the slug where left out.</summary>
    public string? Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>In the URL's grammar: <c>w_400-h_300-f_cover</c>. It may not name a preset.</summary>
    public string? Operations { get; init; }

    /// <summary>Whether the variant is made after each upload that matches, and for assets already there.</summary>
    public bool? AutoGenerate { get; init; }

    /// <summary>Tags that match; any where both lists are empty.</summary>
    public string[]? MatchTags { get; init; }

    /// <summary>Folders that match, with everything below them.</summary>
    public string[]? MatchFolders { get; init; }
}

/// <summary>
/// A new revision of a preset; what is left out stays. The preset may be sent back as it was read: members that cannot be changed are passed over.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record RevisePresetRequest
{
    /// <summary>The route's; another one is refused.</summary>
    public string? Slug { get; init; }

    /// <summary>For people.</summary>
    public string? Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>In the URL's grammar.</summary>
    public string? Operations { get; init; }

    /// <summary>Whether the variant is made ahead.</summary>
    public bool? AutoGenerate { get; init; }

    /// <summary>Tags that match.</summary>
    public string[]? MatchTags { get; init; }

    /// <summary>Folders that match, with everything below them.</summary>
    public string[]? MatchFolders { get; init; }
}

/// <summary>A preset in the revision in force.</summary>
internal sealed record PresetResponse
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required string Operations { get; init; }

    public required int Revision { get; init; }

    public required PolicyLevel Level { get; init; }

    public required bool AutoGenerate { get; init; }

    public required string[] MatchTags { get; init; }

    public required string[] MatchFolders { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static PresetResponse Of(Preset preset, string operations) => new()
    {
        Id = preset.Id,
        Slug = preset.Slug,
        Name = preset.Name,
        Description = preset.Description,
        Operations = operations,
        Revision = preset.CurrentRevision,
        Level = preset.SpaceId is not null ? PolicyLevel.Space : preset.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization,
        AutoGenerate = preset.AutoGenerate,
        MatchTags = preset.MatchTags,
        MatchFolders = preset.MatchFolders,
        CreatedAt = preset.CreatedAt,
        UpdatedAt = preset.UpdatedAt,
    };
}
