using ImageService.Core.Registry;

namespace ImageService.Core.Invalidation;

/// <summary>Which variants are to be forgotten.</summary>
public abstract record InvalidationTarget
{
    private InvalidationTarget()
    {
    }

    /// <summary>All variants of one asset, deleted or not.</summary>
    public sealed record OfAsset(AssetId AssetId) : InvalidationTarget;

    /// <summary>All variants of one version of an asset.</summary>
    public sealed record OfVersion(AssetId AssetId, int Version) : InvalidationTarget;

    /// <summary>One variant of a version, by its canonical operations.</summary>
    public sealed record OfVariant(AssetId AssetId, int Version, string Operations) : InvalidationTarget;

    /// <summary>All variants of a space; with a tag, of the assets that carry it.</summary>
    public sealed record OfSpace(Guid TenantId, Guid SpaceId, string? Tag) : InvalidationTarget;

    /// <summary>Variants made for a preset's name: in one space, in a tenant's spaces, or everywhere.</summary>
    public sealed record OfPreset(string Slug, Guid? TenantId, Guid? SpaceId) : InvalidationTarget;
}

/// <summary>What an invalidation did.</summary>
/// <param name="Variants">Variants dropped from registry and store.</param>
/// <param name="Assets">Assets whose cached variants were forgotten.</param>
public sealed record Invalidated(int Variants, int Assets);
