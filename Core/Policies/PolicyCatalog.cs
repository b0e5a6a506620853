using System.Collections.Frozen;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using static ImageService.Core.Policies.PolicyType;

namespace ImageService.Core.Policies;

/// <summary>The one table of policies. A key that is not here does not exist.</summary>
public static class PolicyCatalog
{
    public const string DefaultAccess = "default_access";
    public const string AllowedInputFormats = "allowed_input_formats";
    public const string AllowedOutputFormats = "allowed_output_formats";
    public const string MaxOutputWidth = "max_output_width";
    public const string MaxOutputHeight = "max_output_height";
    public const string MaxOutputPixels = "max_output_pixels";
    public const string MaxUploadBytes = "max_upload_bytes";
    public const string MaxInputPixels = "max_input_pixels";
    public const string MaxInputFrames = "max_input_frames";
    public const string QualityDefault = "quality_default";
    public const string SignedUrlTtlDefaultSeconds = "signed_url_ttl_default_seconds";
    public const string SignedUrlTtlMaxSeconds = "signed_url_ttl_max_seconds";
    public const string SigningMode = "signing_mode";
    public const string TransformMode = "transform_mode";
    public const string VariantBudget = "variant_budget";
    public const string WidthLadder = "width_ladder";
    public const string PreserveHdr = "preserve_hdr";
    public const string Prewarm = "prewarm";
    public const string CacheMaxAgeSeconds = "cache_max_age_seconds";
    public const string PresetCacheMaxAgeSeconds = "preset_cache_max_age_seconds";
    public const string OriginalDelivery = "original_delivery";
    public const string KeepCopyright = "keep_copyright";
    public const string CorsOrigins = "cors_origins";
    public const string AllowedReferrers = "allowed_referrers";
    public const string RateLimitRequests = "rate_limit_requests";
    public const string RateLimitWindowSeconds = "rate_limit_window_seconds";
    public const string ApiRateLimitRequests = "api_rate_limit_requests";
    public const string Store = "store";
    public const string OverlayText = "overlay_text";
    public const string Watermark = "watermark";
    public const string QuotaStorageBytes = "quota_storage_bytes";
    public const string QuotaAssets = "quota_assets";
    public const string QuotaTransformsPerMonth = "quota_transforms_per_month";
    public const string QuotaTransformCpuMsPerMonth = "quota_transform_cpu_ms_per_month";
    public const string QuotaBandwidthBytesPerMonth = "quota_bandwidth_bytes_per_month";
    public const string QuotaRequestsPerMonth = "quota_requests_per_month";

    /// <summary>Every policy, in the order it is listed.</summary>
    public static readonly IReadOnlyList<PolicyDefinition> All =
    [
        new(DefaultAccess, Choice, "\"private\"", "Access of new assets.") { Choices = ["public", "private"] },
        new(AllowedInputFormats, Choices, """["jpg","png","webp","gif","avif","tiff","heic","jxl"]""", "Formats of originals that may be uploaded, by content.")
        {
            Choices = ["jpg", "png", "webp", "gif", "avif", "tiff", "heic", "jxl", "svg"],
        },
        new(AllowedOutputFormats, Choices, """["jpg","png","webp","avif","gif","jxl"]""", "Formats that images may be delivered in.")
        {
            Choices = ["jpg", "png", "webp", "avif", "gif", "jxl"],
        },
        new(MaxOutputWidth, Number, "8192", "Largest width that may be asked for, px.") { Min = 1, Max = 8192 },
        new(MaxOutputHeight, Number, "8192", "Largest height that may be asked for, px.") { Min = 1, Max = 8192 },
        new(MaxOutputPixels, Number, "67108864", "Largest width times height that may be asked for, px.") { Min = 1, Max = 67_108_864 },
        new(MaxUploadBytes, Number, "52428800", "Largest original, bytes.") { Min = 1, Max = 10L << 30 },
        new(MaxInputPixels, Number, "100000000", "Largest original: width times height times frames, px.") { Min = 1, Max = 1_000_000_000 },
        new(MaxInputFrames, Number, "1000", "Most frames of an original.") { Min = 1, Max = 10_000 },
        new(QualityDefault, PolicyType.Quality, DefaultQualities.Json,
            "Encoder quality where a URL says none, for every format or by format; by default what looks alike in the mean.") { Min = 1, Max = 100 },
        new(SignedUrlTtlDefaultSeconds, Number, "3600", "Life of a signed URL where the request says none, s.") { Min = 1, Max = 31_536_000 },
        new(SignedUrlTtlMaxSeconds, Number, "86400", "Longest life of a signed URL, s.") { Min = 1, Max = 31_536_000 },
        new(SigningMode, Choice, "\"enforce\"",
            "Whether private URLs need a valid signature: enforce; report serves and counts those without; off serves them.")
        {
            Choices = ["enforce", "report", "off"],
        },
        new(TransformMode, Choice, "\"open\"",
            "Which operations a URL may ask for: open (any), presets_only (a preset as it is, or the original), signed_only (any, if signed).")
        {
            Choices = ["open", "presets_only", "signed_only"],
        },
        new(OverlayText, Choice, "\"signed\"",
            "Whether a URL may give texts to overlays: signed (only a signed one; presets may anyway), open (any).") { Choices = ["signed", "open"] },
        new(Watermark, PolicyType.Watermark, "null",
            "The overlay that is drawn on every image of at least minWidth px, originals included, whatever the URL says; null for none.")
        {
            Min = 1,
            Max = 8192,
        },
        new(VariantBudget, Number, "1000", "Most variants of one asset version.") { Min = 1, Max = 1_000_000 },
        new(WidthLadder, Widths, "[]",
            "Widths that are made, px; a width in a URL, times its dpr, is raised to the next one. Empty: any width. Where images are public by default, a ladder unless a level sets one.")
        {
            Min = 1, Max = 8192, PublicDefault = $"[{string.Join(',', PublicLadder.Widths)}]",
        },
        new(PreserveHdr, PolicyType.Boolean, "false",
            "Whether JPEGs keep the gain map of a JPEG (Ultra HDR) when they are resized; they then derive from the original."),
        new(Prewarm, PolicyType.Boolean, "false",
            "Whether one step of the ladder that is asked for brings the others, made in the background up to the picture's width and the variant budget."),
        new(CacheMaxAgeSeconds, Number, "31536000", "How long caches may keep an image of a public URL, s.") { Max = 31_536_000 },
        new(PresetCacheMaxAgeSeconds, Number, "3600", "The same for URLs that name a preset, s.") { Max = 31_536_000 },
        new(OriginalDelivery, Choice, "\"stripped\"", "How originals are delivered: stripped (without metadata), exact (as uploaded), off (not at all).")
        {
            Choices = ["stripped", "exact", "off"],
        },
        new(KeepCopyright, PolicyType.Boolean, "false", "Whether the copyright and artist of the original stay in images."),
        new(CorsOrigins, Origins, """["*"]""", "Origins whose scripts may read images and send uploads."),
        new(AllowedReferrers, Hosts, "[]", "Hosts whose pages may show images; requests without a referrer are served."),
        new(RateLimitRequests, Number, "10000", "Image requests per window; the level that sets it counts its own.") { Min = 1, Max = 1_000_000_000 },
        new(RateLimitWindowSeconds, Number, "60", "The window, s.") { Min = 1, Max = 86_400 },
        new(ApiRateLimitRequests, Number, "3000", "Management requests per minute; the level that sets it counts its own, refused ones too.") { Min = 1,
            Max = 1_000_000_000 },
        new(Store, Name, "null",
            "Which of the operator's stores new images are written to; null for the first. What is stored already stays where it is until it is moved."),
        new(QuotaStorageBytes, OptionalNumber, "null", "Most bytes of originals held at this level."),
        new(QuotaAssets, OptionalNumber, "null", "Most assets held at this level."),
        new(QuotaTransformsPerMonth, OptionalNumber, "null", "Most transforms per calendar month (UTC); cached images still flow beyond it."),
        new(QuotaTransformCpuMsPerMonth, OptionalNumber, "null",
            "Most CPU time of transforms per calendar month (UTC), ms; cached images still flow beyond it."),
        new(QuotaBandwidthBytesPerMonth, OptionalNumber, "null", "Most bytes served per calendar month (UTC)."),
        new(QuotaRequestsPerMonth, OptionalNumber, "null", "Most image requests answered per calendar month (UTC)."),
    ];

    private static readonly FrozenDictionary<string, PolicyDefinition> ByKey = All.ToFrozenDictionary(policy => policy.Key, StringComparer.Ordinal);

    /// <summary>A policy by its key; <see cref="ErrorCode.NotFound"/> with the keys there are.</summary>
    public static Result<PolicyDefinition> Find(string key) =>
        ByKey.TryGetValue(key, out var definition)
            ? definition
            : new Error(ErrorCode.NotFound, $"There is no policy '{key}'. Policies are: {string.Join(", ", All.Select(policy => policy.Key))}.");

    internal static PolicyDefinition Get(string key) => ByKey[key];
}

/// <summary>
/// The widths that public spaces make where nobody chose others: what made-up URLs can cost is then bounded. Steps are the widths of real layouts times
/// their device pixel ratios, so that a page
/// that asks for what it shows meets one: icons and avatars (16 to 96 CSS px at 1 to 3), cards (160 to 320 at 1 to 3), phones (360 to 430 at 2 and 3),
/// tablets (768 to 1024), desktops (1280 to 1920
/// at 1 and 2); among them every default width of Next.js. From 96 px on a step is at most 1.5 times the one below.
/// </summary>
public static class PublicLadder
{
    /// <summary>px, ascending.</summary>
    public static IReadOnlyList<int> Widths { get; } =
        [16, 32, 48, 64, 96, 128, 192, 256, 320, 384, 480, 640, 750, 828, 960, 1080, 1200, 1440, 1600, 1920, 2048, 2560, 3200, 3840];
}
