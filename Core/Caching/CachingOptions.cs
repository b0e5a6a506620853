using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Caching;

/// <summary>How much each cache layer may hold, and how long Redis and locks are waited for. Business limits are policies, not options.</summary>
public sealed class CachingOptions
{
    public const string Section = "Caching";

    /// <summary>Bytes of variants kept in this process. Defaults to 256 MiB.</summary>
    [Range(1L << 20, 1L << 40, ErrorMessage = "Caching:MemoryBytes must be from 1048576 (1 MiB) to 1099511627776 (1 TiB).")]
    public long MemoryBytes { get; set; } = 256L << 20;

    /// <summary>Largest variant kept in memory, bytes; larger ones are streamed from the store. Defaults to 4 MiB.</summary>
    [Range(1 << 10, 1 << 30, ErrorMessage = "Caching:MemoryEntryMaxBytes must be from 1024 to 1073741824 (1 GiB).")]
    public int MemoryEntryMaxBytes { get; set; } = 4 << 20;

    /// <summary>Largest variant kept in Redis, bytes. Defaults to 1 MiB.</summary>
    [Range(0, 512 << 20, ErrorMessage = "Caching:RedisEntryMaxBytes must be from 0 (nothing is kept in Redis) to 536870912 (512 MiB).")]
    public int RedisEntryMaxBytes { get; set; } = 1 << 20;

    /// <summary>Key of the hashes before values in Redis, the same in every replica; derived from the master key, never configured by itself.</summary>
    internal byte[] RedisSealKey { get; set; } = [];

    /// <summary>How long an asset's variants stay in Redis after the first of them was put there. Defaults to one hour.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00", ErrorMessage = "Caching:RedisTimeToLive must be from 00:00:10 to 7.00:00:00.")]
    public TimeSpan RedisTimeToLive { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long one Redis call may take before the caller goes on without it. Defaults to 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10", ErrorMessage = "Caching:RedisTimeout must be from 00:00:00.010 to 00:00:10.")]
    public TimeSpan RedisTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long Redis is left alone after a call failed. Defaults to 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00", ErrorMessage = "Caching:RedisPause must be from 00:00:00.100 to 00:05:00.")]
    public TimeSpan RedisPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Connection strings of independent Redis servers that hold the transform locks by majority (Redlock). Empty: the <c>cache</c> connection alone holds
    /// them.
    /// An odd number is wise. Defaults to none.
    /// </summary>
    public string[] LockEndpoints { get; set; } = [];

    /// <summary>How long a lock outlives a holder that died; a living holder extends it. Defaults to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Caching:LockExpiry must be from 00:00:01 to 00:05:00.")]
    public TimeSpan LockExpiry { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait for another process's transform before making a second one. Defaults to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Caching:LockWait must be from 00:00:01 to 00:05:00.")]
    public TimeSpan LockWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most PostgreSQL connections spent on locks while Redis is gone. Defaults to 8.</summary>
    [Range(0, 1000, ErrorMessage = "Caching:PostgresLocks must be from 0 (no lock while Redis is gone) to 1000.")]
    public int PostgresLocks { get; set; } = 8;
}

[OptionsValidator]
internal sealed partial class CachingOptionsValidator : IValidateOptions<CachingOptions>;
