using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Lifecycle;

/// <summary>When stored objects grow cold and when they go.</summary>
public sealed class LifecycleOptions
{
    public const string Section = "Lifecycle";

    /// <summary>Whether objects are moved between storage classes at all. Default true; a store without classes records the tier only.</summary>
    public bool Tiering { get; set; } = true;

    /// <summary>
    /// Whether variants are moved too, not originals alone. Default false: variants are small, colder classes bill a minimum size and time, and unused ones
    /// are removed.
    /// </summary>
    public bool TierVariants { get; set; }

    /// <summary>Originals (and variants, where these are tiered) not used for this long become warm. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00", ErrorMessage = "Lifecycle:WarmAfter must be from 01:00:00 to 3650.00:00:00.")]
    public TimeSpan WarmAfter { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Originals (and variants, where these are tiered) not used for this long become cold. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00", ErrorMessage = "Lifecycle:ColdAfter must be from 01:00:00 to 3650.00:00:00.")]
    public TimeSpan ColdAfter { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Smaller objects stay hot: stores bill colder classes as if objects had at least this size. Default 131072 bytes.</summary>
    [Range(0, long.MaxValue, ErrorMessage = "Lifecycle:MinTieringBytes must be 0 or more.")]
    public long MinTieringBytes { get; set; } = 131_072;

    /// <summary>Variants nobody ever fetched are removed at this age; the next request makes them again. Default 90 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00", ErrorMessage = "Lifecycle:PruneUnusedAfter must be from 1.00:00:00 to 3650.00:00:00.")]
    public TimeSpan PruneUnusedAfter { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Variants not fetched for this long are removed too; null keeps them. Default null.</summary>
    public TimeSpan? PruneIdleAfter { get; set; }

    /// <summary>How long deleted assets can be restored; their bytes go afterwards. The Api tells it, so give both the same. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00", ErrorMessage = "Lifecycle:DeletedRetention must be from 00:00:00 to 3650.00:00:00.")]
    public TimeSpan DeletedRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Staging objects older than this are left-overs. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00", ErrorMessage = "Lifecycle:StagingRetention must be from 00:00:00 to 30.00:00:00.")]
    public TimeSpan StagingRetention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Hourly usage rows per key and space are rolled up into one row per day at this age. Default 60 days.</summary>
    [Range(typeof(TimeSpan), "2.00:00:00", "3650.00:00:00", ErrorMessage = "Lifecycle:RollUpUsageAfter must be from 2.00:00:00 to 3650.00:00:00.")]
    public TimeSpan RollUpUsageAfter { get; set; } = TimeSpan.FromDays(60);

    /// <summary>Originals read again each day and compared with their hash; 0 reads none. Default 100.</summary>
    [Range(0, 1_000_000, ErrorMessage = "Lifecycle:IntegritySample must be from 0 to 1000000.")]
    public int IntegritySample { get; set; } = 100;

    /// <summary>How long one run of the sweep for objects without a row goes on; the next one begins where it ended. Default 2 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00", ErrorMessage = "Lifecycle:SweepFor must be from 00:01:00 to 1.00:00:00.")]
    public TimeSpan SweepFor { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Rows or objects one sweep takes at a time. Default 500.</summary>
    [Range(1, 10_000, ErrorMessage = "Lifecycle:Batch must be from 1 to 10000.")]
    public int Batch { get; set; } = 500;
}
