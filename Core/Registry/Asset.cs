namespace ImageService.Core.Registry;

/// <summary>An uploaded image: its place, names and access. The bytes belong to its versions.</summary>
public sealed class Asset
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    /// <summary>Number of the newest version; versions count from 1.</summary>
    public int CurrentVersion { get; set; } = 1;

    /// <summary>Name shown to people; up to 500 characters.</summary>
    public required string Filename { get; set; }

    /// <summary>Absolute, without a trailing slash except for the root: <c>/</c>, <c>/products/shoes</c>.</summary>
    public string Folder { get; set; } = "/";

    public string[] Tags { get; set; } = [];

    public required AssetAccess Access { get; set; }

    /// <summary>Focal point, 0 (left) to 1 (right) of the upright picture; null where none is set.</summary>
    public double? FocalX { get; set; }

    /// <summary>Focal point, 0 (top) to 1 (bottom) of the upright picture; null where none is set.</summary>
    public double? FocalY { get; set; }

    /// <summary>The owner's own facts: a JSON object of at most 16 KiB.</summary>
    public string? Metadata { get; set; }

    /// <summary>
    /// Counts the invalidations of this asset's variants. Part of every cache key of a variant, and the condition under which a variant
    /// that was being made is published: one begun before an invalidation is not.
    /// </summary>
    public int VariantGeneration { get; set; }

    /// <summary>Retention lock (legal hold): until then the asset can be neither deleted nor replaced.</summary>
    public DateTimeOffset? RetainUntil { get; set; }

    /// <summary>Who uploaded it: an API key's or user's id.</summary>
    public Guid? UploadedBy { get; init; }

    public DateTimeOffset UploadedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Soft deletion; the bytes are purged some time later.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    public List<AssetVersion> Versions { get; } = [];
}

/// <summary>Who may fetch an asset's images.</summary>
public enum AssetAccess
{
    Private,
    Public,
}
