using ImageService.Core.Policies;

namespace ImageService.Core.Quotas;

/// <summary>What may have a quota: two that stand, four that start anew with each calendar month (UTC).</summary>
public enum QuotaKind
{
    /// <summary>Bytes of originals held.</summary>
    StorageBytes,

    /// <summary>Assets held.</summary>
    Assets,

    /// <summary>Transforms that ran.</summary>
    Transforms,

    /// <summary>CPU time of transforms, ms.</summary>
    TransformCpuMs,

    /// <summary>Bytes of images served.</summary>
    BandwidthBytes,

    /// <summary>Image requests answered.</summary>
    Requests,
}

/// <summary>How a kind is called where it is set, counted and told.</summary>
public static class QuotaKinds
{
    /// <summary>The policy that limits it.</summary>
    public static string PolicyKey(this QuotaKind kind) => kind switch
    {
        QuotaKind.StorageBytes => PolicyCatalog.QuotaStorageBytes,
        QuotaKind.Assets => PolicyCatalog.QuotaAssets,
        QuotaKind.Transforms => PolicyCatalog.QuotaTransformsPerMonth,
        QuotaKind.TransformCpuMs => PolicyCatalog.QuotaTransformCpuMsPerMonth,
        QuotaKind.BandwidthBytes => PolicyCatalog.QuotaBandwidthBytesPerMonth,
        _ => PolicyCatalog.QuotaRequestsPerMonth,
    };

    /// <summary>Its name in <c>quota_counters</c> and in the event <c>quota_warning</c>.</summary>
    public static string CounterName(this QuotaKind kind) => kind switch
    {
        QuotaKind.StorageBytes => "storage_bytes",
        QuotaKind.Assets => "assets",
        QuotaKind.Transforms => "transforms",
        QuotaKind.TransformCpuMs => "transform_cpu_ms",
        QuotaKind.BandwidthBytes => "bandwidth_bytes",
        _ => "requests",
    };

    /// <summary>Its unit in a sentence.</summary>
    public static string Unit(this QuotaKind kind) => kind switch
    {
        QuotaKind.StorageBytes => "bytes of originals",
        QuotaKind.Assets => "assets",
        QuotaKind.Transforms => "transforms",
        QuotaKind.TransformCpuMs => "milliseconds of transform CPU time",
        QuotaKind.BandwidthBytes => "bytes of bandwidth",
        _ => "image requests",
    };

    /// <summary>Every level at or above the policy's that limits it.</summary>
    public static IReadOnlyList<LevelLimit> LimitsIn(this QuotaKind kind, EffectivePolicy policy) => kind switch
    {
        QuotaKind.StorageBytes => policy.QuotaStorageBytes,
        QuotaKind.Assets => policy.QuotaAssets,
        QuotaKind.Transforms => policy.QuotaTransformsPerMonth,
        QuotaKind.TransformCpuMs => policy.QuotaTransformCpuMsPerMonth,
        QuotaKind.BandwidthBytes => policy.QuotaBandwidthBytesPerMonth,
        _ => policy.QuotaRequestsPerMonth,
    };
}
