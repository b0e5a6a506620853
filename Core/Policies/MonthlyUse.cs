using ImageService.Core.Registry;

namespace ImageService.Core.Policies;

/// <summary>What is measured per calendar month (UTC) and may have a quota.</summary>
public enum MonthlyUse
{
    /// <summary>Image requests answered.</summary>
    Requests,

    /// <summary>Bytes of images served.</summary>
    BandwidthBytes,

    /// <summary>CPU time of transforms, ms.</summary>
    TransformCpuMs,
}

/// <summary>How a use is called where it is set, counted and told.</summary>
public static class MonthlyUses
{
    /// <summary>The policy that limits it.</summary>
    public static string PolicyKey(this MonthlyUse use) => $"quota_{use.CounterKind()}_per_month";

    /// <summary>Its kind in <c>quota_counters</c>.</summary>
    public static string CounterKind(this MonthlyUse use) => use switch
    {
        MonthlyUse.Requests => "requests",
        MonthlyUse.BandwidthBytes => "bandwidth_bytes",
        _ => "transform_cpu_ms",
    };

    /// <summary>Its unit in a sentence.</summary>
    public static string Unit(this MonthlyUse use) => use switch
    {
        MonthlyUse.Requests => "image requests",
        MonthlyUse.BandwidthBytes => "bytes of bandwidth",
        _ => "milliseconds of transform CPU time",
    };
}

/// <summary>A monthly quota and the level that sets it.</summary>
public readonly record struct LevelQuota(PolicyLevel Level, MonthlyUse Use, long Limit);
