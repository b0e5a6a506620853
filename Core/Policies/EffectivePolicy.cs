using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Policies;

/// <summary>The policies in force at one organization, tenant or space, each with where it comes from. Immutable.</summary>
public sealed class EffectivePolicy
{
    private readonly FrozenDictionary<string, PolicyItem> _byKey;
    private readonly FrozenDictionary<ImageFormat, int> _qualities;

    /// <summary>One item per key of <see cref="PolicyCatalog"/>, in its order.</summary>
    internal EffectivePolicy(IReadOnlyList<PolicyItem> items, IReadOnlyList<PolicyLevelValues> levels)
    {
        Items = items;
        _byKey = items.ToFrozenDictionary(item => item.Key, StringComparer.Ordinal);
        DefaultAccess = Choice<AssetAccess>(PolicyCatalog.DefaultAccess);
        AllowedInputFormats = Words(PolicyCatalog.AllowedInputFormats).ToFrozenSet(StringComparer.Ordinal);
        AllowedOutputFormats = Words(PolicyCatalog.AllowedOutputFormats).Select(Format).ToFrozenSet();
        MaxOutputWidth = (int)Number(PolicyCatalog.MaxOutputWidth);
        MaxOutputHeight = (int)Number(PolicyCatalog.MaxOutputHeight);
        MaxOutputPixels = Number(PolicyCatalog.MaxOutputPixels);
        MaxUploadBytes = Number(PolicyCatalog.MaxUploadBytes);
        MaxInputPixels = Number(PolicyCatalog.MaxInputPixels);
        MaxInputFrames = (int)Number(PolicyCatalog.MaxInputFrames);
        _qualities = Qualities(Value(PolicyCatalog.QualityDefault));
        SignedUrlTtlDefault = Seconds(PolicyCatalog.SignedUrlTtlDefaultSeconds);
        SignedUrlTtlMax = Seconds(PolicyCatalog.SignedUrlTtlMaxSeconds);
        SigningMode = Choice<SigningMode>(PolicyCatalog.SigningMode);
        TransformMode = Choice<TransformMode>(PolicyCatalog.TransformMode);
        OverlayText = Choice<OverlayTextMode>(PolicyCatalog.OverlayText);
        Watermark = WatermarkPolicy.Read(Value(PolicyCatalog.Watermark));
        VariantBudget = (int)Number(PolicyCatalog.VariantBudget);
        WidthLadder = [.. Value(PolicyCatalog.WidthLadder).EnumerateArray().Select(width => width.GetInt32()).Order()];
        PreserveHdr = Value(PolicyCatalog.PreserveHdr).GetBoolean();
        Prewarm = Value(PolicyCatalog.Prewarm).GetBoolean();
        CacheMaxAge = Seconds(PolicyCatalog.CacheMaxAgeSeconds);
        PresetCacheMaxAge = Seconds(PolicyCatalog.PresetCacheMaxAgeSeconds);
        OriginalDelivery = Choice<OriginalDelivery>(PolicyCatalog.OriginalDelivery);
        KeepCopyright = Value(PolicyCatalog.KeepCopyright).GetBoolean();
        CorsOrigins = [.. Words(PolicyCatalog.CorsOrigins)];
        AllowedReferrers = [.. Words(PolicyCatalog.AllowedReferrers)];
        RateLimitRequests = Number(PolicyCatalog.RateLimitRequests);
        RateLimitWindow = Seconds(PolicyCatalog.RateLimitWindowSeconds);
        ApiRateLimitRequests = Number(PolicyCatalog.ApiRateLimitRequests);
        RateLimitLevel = _byKey[PolicyCatalog.RateLimitRequests].Source?.Level ?? PolicyLevel.Organization;
        ApiRateLimitLevel = _byKey[PolicyCatalog.ApiRateLimitRequests].Source?.Level ?? PolicyLevel.Organization;
        QuotaStorageBytes = PolicyLevels.Limits(PolicyCatalog.QuotaStorageBytes, levels);
        QuotaAssets = PolicyLevels.Limits(PolicyCatalog.QuotaAssets, levels);
        QuotaTransformsPerMonth = PolicyLevels.Limits(PolicyCatalog.QuotaTransformsPerMonth, levels);
        QuotaTransformCpuMsPerMonth = PolicyLevels.Limits(PolicyCatalog.QuotaTransformCpuMsPerMonth, levels);
        QuotaBandwidthBytesPerMonth = PolicyLevels.Limits(PolicyCatalog.QuotaBandwidthBytesPerMonth, levels);
        QuotaRequestsPerMonth = PolicyLevels.Limits(PolicyCatalog.QuotaRequestsPerMonth, levels);
        Store = Value(PolicyCatalog.Store).GetString();
    }

    /// <summary>Every key with its value, source and lock, in the catalog's order.</summary>
    public IReadOnlyList<PolicyItem> Items { get; }

    public AssetAccess DefaultAccess { get; }

    /// <summary>Names of original formats: <c>jpg</c>, <c>png</c>…</summary>
    public IReadOnlySet<string> AllowedInputFormats { get; }

    public IReadOnlySet<ImageFormat> AllowedOutputFormats { get; }

    /// <summary>px.</summary>
    public int MaxOutputWidth { get; }

    /// <summary>px.</summary>
    public int MaxOutputHeight { get; }

    /// <summary>Width times height, px.</summary>
    public long MaxOutputPixels { get; }

    /// <summary>Bytes.</summary>
    public long MaxUploadBytes { get; }

    /// <summary>Width times height times frames, px.</summary>
    public long MaxInputPixels { get; }

    public int MaxInputFrames { get; }

    public TimeSpan SignedUrlTtlDefault { get; }

    public TimeSpan SignedUrlTtlMax { get; }

    public SigningMode SigningMode { get; }

    public TransformMode TransformMode { get; }

    public OverlayTextMode OverlayText { get; }

    /// <summary>Null for none.</summary>
    public WatermarkPolicy? Watermark { get; }

    /// <summary>Most variants of one asset version.</summary>
    public int VariantBudget { get; }

    /// <summary>px, ascending; empty allows every width.</summary>
    public IReadOnlyList<int> WidthLadder { get; }

    /// <summary>Whether JPEGs keep the gain map of their original.</summary>
    public bool PreserveHdr { get; }

    /// <summary>Whether one step of the ladder brings the others.</summary>
    public bool Prewarm { get; }

    public TimeSpan CacheMaxAge { get; }

    public TimeSpan PresetCacheMaxAge { get; }

    public OriginalDelivery OriginalDelivery { get; }

    public bool KeepCopyright { get; }

    /// <summary>Origins; a single <c>*</c> means any.</summary>
    public IReadOnlyList<string> CorsOrigins { get; }

    /// <summary>Hosts, <c>*.</c> for those below one; empty means any.</summary>
    public IReadOnlyList<string> AllowedReferrers { get; }

    public long RateLimitRequests { get; }

    public TimeSpan RateLimitWindow { get; }

    /// <summary>The level that sets <see cref="RateLimitRequests"/>: its requests are counted together, and nobody else's.</summary>
    public PolicyLevel RateLimitLevel { get; }

    /// <summary>Per minute.</summary>
    public long ApiRateLimitRequests { get; }

    /// <summary>The level that sets <see cref="ApiRateLimitRequests"/>.</summary>
    public PolicyLevel ApiRateLimitLevel { get; }

    /// <summary>Bytes of originals, by each level that limits them: each is held to its own, whatever the levels below say.</summary>
    public IReadOnlyList<LevelLimit> QuotaStorageBytes { get; }

    /// <summary>Assets, likewise.</summary>
    public IReadOnlyList<LevelLimit> QuotaAssets { get; }

    /// <summary>Transforms, likewise.</summary>
    public IReadOnlyList<LevelLimit> QuotaTransformsPerMonth { get; }

    /// <summary>CPU time of transforms, ms, likewise.</summary>
    public IReadOnlyList<LevelLimit> QuotaTransformCpuMsPerMonth { get; }

    /// <summary>Bytes served, likewise.</summary>
    public IReadOnlyList<LevelLimit> QuotaBandwidthBytesPerMonth { get; }

    /// <summary>Image requests answered, likewise.</summary>
    public IReadOnlyList<LevelLimit> QuotaRequestsPerMonth { get; }

    /// <summary>Name of the store that new objects are written to; null for the operator's default.</summary>
    public string? Store { get; }

    /// <summary>The item of a key of the catalog.</summary>
    /// <exception cref="KeyNotFoundException">The catalog has no such key.</exception>
    public PolicyItem this[string key] => _byKey[key];

    /// <summary>Quality where a URL says none, 1 to 100.</summary>
    public int QualityFor(ImageFormat format) => _qualities[format];

    /// <summary>Whether a value may be set at a level: a lock above it forbids that.</summary>
    /// <returns>Null, or <see cref="ErrorCode.PolicyLocked"/> naming who locked it.</returns>
    public Error? JudgeSet(string key, PolicyLevel at) =>
        this[key] is { Locked: true, Source: { } source } && source.Level < at
            ? new Error(ErrorCode.PolicyLocked, $"Policy '{key}' is locked by {SnakeCase.Write(source.Level)} '{source.Slug}'; it cannot be set below.")
            : null;

    private JsonElement Value(string key) => _byKey[key].Value;

    private long Number(string key) => Value(key).GetInt64();

    private TimeSpan Seconds(string key) => TimeSpan.FromSeconds(Number(key));

    private T Choice<T>(string key)
        where T : struct, Enum => SnakeCase.Read<T>(Value(key).GetString()!);

    private IEnumerable<string> Words(string key) => Value(key).EnumerateArray().Select(word => word.GetString()!);

    private static ImageFormat Format(string name) =>
        ImageFormats.TryParse(name, out var format) ? format : throw new FormatException($"'{name}' is no output format.");

    /// <summary>A number holds for every format; of an object its member, else its <c>default</c>, else the catalog's.</summary>
    private static FrozenDictionary<ImageFormat, int> Qualities(JsonElement value)
    {
        return Enum.GetValues<ImageFormat>().ToFrozenDictionary(static format => format, Of);

        int Of(ImageFormat format) =>
            value.ValueKind is JsonValueKind.Number ? value.GetInt32()
            : value.TryGetProperty(format.Name(), out var own) || value.TryGetProperty("default", out own) ? own.GetInt32()
            : DefaultQualities.Of(format);
    }
}

/// <summary>One policy in force.</summary>
public sealed record PolicyItem
{
    /// <summary>A key of the catalog.</summary>
    public required string Key { get; init; }

    /// <summary>The value set at the level asked about; null where it sets none.</summary>
    public required JsonElement? Own { get; init; }

    /// <summary>The value in force.</summary>
    public required JsonElement Value { get; init; }

    /// <summary>The catalog's default.</summary>
    public required JsonElement Default { get; init; }

    /// <summary>Where the value in force was set; null for the default.</summary>
    public required PolicySource? Source { get; init; }

    /// <summary>Whether the source locks it for the levels below.</summary>
    public required bool Locked { get; init; }
}

/// <summary>Where a value was set.</summary>
public sealed record PolicySource(PolicyLevel Level, string Slug);

/// <summary>What happens to a private URL without a valid signature.</summary>
public enum SigningMode
{
    Enforce,
    Report,
    Off,
}

/// <summary>Which operations a URL may ask for.</summary>
public enum TransformMode
{
    Open,
    PresetsOnly,
    SignedOnly,
}

/// <summary>Who may give texts to overlays.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The policy's own word; no number is meant.")]
public enum OverlayTextMode
{
    Signed,
    Open,
}

/// <summary>How originals are delivered.</summary>
public enum OriginalDelivery
{
    Stripped,
    Exact,
    Off,
}

/// <summary>The overlay that every image of a place shows (policy <c>watermark</c>).</summary>
/// <param name="Overlay">Slug.</param>
/// <param name="MinWidth">Narrower images go without it, px; 1 where left out.</param>
public sealed record WatermarkPolicy(string Overlay, int MinWidth)
{
    /// <summary>Reads an acceptable value; null for none.</summary>
    public static WatermarkPolicy? Read(JsonElement value) => value.ValueKind is JsonValueKind.Object
        ? new WatermarkPolicy(value.GetProperty("overlay").GetString()!, value.TryGetProperty("minWidth", out var width) ? width.GetInt32() : 1)
        : null;
}
