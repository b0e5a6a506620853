using ImageService.Core.Caching;
using ImageService.Core.Engine;
using ImageService.Core.Operations;
using ImageService.Core.Presets;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Variants;

/// <summary>Which variant a request means, found without touching its bytes. Immutable and shared between requests that mean the same.</summary>
public sealed class VariantDescription
{
    public required SpaceScope Space { get; init; }

    public required AssetFacts Asset { get; init; }

    public required CanonicalOperations Canonical { get; init; }

    /// <summary>The facts that <see cref="Canonical"/> was resolved for.</summary>
    public required SourceFacts Source { get; init; }

    /// <summary>64 lower-case hex digits; the variant's key and the basis of its ETag.</summary>
    public required string OperationsHash { get; init; }

    /// <summary>Names the variant in every cache.</summary>
    public required VariantKey Key { get; init; }

    /// <summary>The preset's revision that was expanded; null where the URL names none.</summary>
    public PresetRevision? Preset { get; init; }

    /// <summary>Whether the format was chosen by <c>Accept</c>; the response then varies by it.</summary>
    public bool IsNegotiated { get; init; }

    /// <summary>Whether the bytes depend on the asset's focal point, which may change under the same URL.</summary>
    public bool FollowsFocalPoint { get; init; }

    /// <summary>What is laid over the picture, in order; the watermark last.</summary>
    public IReadOnlyList<DrawnOverlay> Overlays { get; init; } = [];

    /// <summary>Whether one of them is the policy's watermark.</summary>
    public bool IsWatermarked { get; init; }

    /// <summary>Whether the same URL may come to mean other bytes: a preset, an overlay, a watermark or the focal point may change.</summary>
    public bool MayChange => Preset is not null || FollowsFocalPoint || Overlays.Count > 0;

    /// <summary>
    /// Whether format or quality is what the worker measures of the version (<c>fmt_auto</c>, <c>q_auto</c>): the same URL comes to mean other bytes, once.
    /// </summary>
    public bool FollowsMeasurement { get; init; }

    /// <summary>Whether its URL means these bytes from the upload on, so that the upload's time tells whether they changed.</summary>
    public bool IsDatedByUpload => !MayChange && !IsNegotiated && !FollowsMeasurement;

    /// <summary>The width that the policy's ladder put in place of the one asked for, px; null where it changed nothing.</summary>
    public int? SnappedWidth { get; init; }

    /// <summary>
    /// The side that the format's limit cut back though nobody asked for a smaller one, as <c>width=16383</c>; null where the picture has its full size.
    /// </summary>
    public string? SizeLimited { get; init; }

    /// <summary>Whether the variant derives from the intermediate and never from anything else.</summary>
    public bool UsesIntermediate { get; init; }

    /// <summary>Whether the original's bytes are delivered as uploaded (<c>original</c> under policy <c>exact</c>).</summary>
    public bool IsExactOriginal { get; init; }

    /// <summary>
    /// What became of the original's Content Credentials: <c>kept</c> where its very bytes are delivered, else <c>removed</c>; null where it has none that are
    /// known.
    /// </summary>
    public string? ContentCredentials => !Asset.HasContentCredentials ? null : IsExactOriginal ? "kept" : "removed";

    /// <summary>Strong entity tag, with its quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>Value of <c>Cache-Tag</c>: comma-separated.</summary>
    public required string CacheTag { get; init; }

    /// <summary>Value of <c>Surrogate-Key</c>: separated by spaces.</summary>
    public required string SurrogateKey { get; init; }

    /// <summary>Value of <c>Last-Modified</c>: when the version was uploaded, IMF-fixdate.</summary>
    public required string LastModified { get; init; }

    /// <summary>The original's format by content.</summary>
    public required OriginalFormat OriginalFormat { get; init; }

    /// <summary>Whether pixels are read from the working copy. The original without its metadata is the original.</summary>
    public bool ReadsWorkingCopy => Asset.WorkingCopyKey is not null && !Canonical.Operations.Original && !IsDrawn;

    /// <summary>Whether the variant is drawn from an SVG at its own size.</summary>
    public bool IsDrawn => Source.Drawing is not null;

    /// <summary>Whether the gain map that the original may have goes with it: it then derives from the original.</summary>
    public bool KeepsHdr => Source.KeepsHdr;

    public Guid OrganizationId => Space.OrganizationId;

    /// <summary>Object key of the intermediate that this engine makes and reads.</summary>
    public string IntermediateKey => ObjectKey.Intermediate(Space.OrganizationId, Key.AssetId, Key.Version, EngineRevision.ForIntermediate);

    /// <summary>Whether the intermediate has to be made before the variant can be, as far as the registry knows.</summary>
    public bool LacksIntermediate => UsesIntermediate && !string.Equals(Asset.IntermediateKey, IntermediateKey, StringComparison.Ordinal);

    /// <summary>Object key of the variant; of the original itself where that is delivered.</summary>
    public string StorageKey => IsExactOriginal
        ? Asset.StorageKey
        : ObjectKey.Variant(Space.OrganizationId, Key.AssetId, Key.Version, OperationsHash, Canonical.Format);
}
