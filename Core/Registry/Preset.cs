namespace ImageService.Core.Registry;

/// <summary>A named set of operations at one level (organization, tenant or space). Its operations live in immutable revisions.</summary>
public sealed class Preset
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Null at organization level.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Null at organization and tenant level.</summary>
    public Guid? SpaceId { get; init; }

    /// <summary><c>[a-z0-9_]{1,100}</c>.</summary>
    public required string Slug { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    /// <summary>Number of the revision in force; revisions count from 1.</summary>
    public int CurrentRevision { get; set; } = 1;

    /// <summary>Whether the variant is made after each matching upload.</summary>
    public bool AutoGenerate { get; set; }

    /// <summary>Empty means any.</summary>
    public string[] MatchTags { get; set; } = [];

    /// <summary>Empty means any; a folder matches itself and everything below.</summary>
    public string[] MatchFolders { get; set; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<PresetRevisionRow> Revisions { get; } = [];
}

/// <summary>One immutable revision of a preset.</summary>
public sealed class PresetRevisionRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid PresetId { get; init; }

    public required int Revision { get; init; }

    /// <summary>Operations in the URL's grammar, as the owner wrote them.</summary>
    public required string Operations { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
