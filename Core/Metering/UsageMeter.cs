using System.Diagnostics.Metrics;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Metering;

/// <summary>
/// Counts what organizations use without a write per request: notes are added up in memory and written every few seconds as hourly rows and monthly counters.
/// A note that would need one row too many in memory is dropped and counted, never waited for.
/// </summary>
public sealed class UsageMeter : WriteBehind
{
    private readonly RegistryFactory _registry;
    private readonly PendingSums<HourKey, Sums> _hours;
    private readonly Counter<long> _dropped;

    public UsageMeter(RegistryFactory registry, IOptions<MeteringOptions> options, IMeterFactory meters, TimeProvider time, ILogger<UsageMeter> log)
        : base(options.Value.FlushInterval, time, log)
    {
        _registry = registry;
        _hours = new(static key => key.OrganizationId, static (one, other) => one + other, options.Value.MaxKeys);
        _dropped = meters.Create("ImageService")
            .CreateCounter<long>("usage_notes_dropped_total", description: "Usage notes lost because too many rows wait to be written.");
    }

    protected override long Waiting => _hours.Count;

    /// <summary>Takes a note. Never waits, never throws; thread-safe.</summary>
    public void Note(in UsageNote note)
    {
        var now = Time.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var key = new HourKey
        {
            OrganizationId = note.OrganizationId,
            TenantId = note.TenantId,
            SpaceId = note.SpaceId,
            ApiKeyId = note.ApiKeyId,
            Hour = hour,
        };
        if (_hours.TryAdd(key, Sums.Of(note)))
            Counted();
        else
            _dropped.Add(1);
    }

    /// <inheritdoc cref="Note(in UsageNote)"/>
    public void Note(Guid organizationId, Guid tenantId, Guid spaceId, long requests, long bytes, long transforms, long cpuMs, Guid? apiKeyId = null) =>
        Note(new UsageNote(organizationId, tenantId, spaceId)
        {
            ApiKeyId = apiKeyId ?? Guid.Empty,
            Requests = requests,
            BandwidthBytes = bytes,
            Transforms = transforms,
            TransformCpuMs = cpuMs,
        });

    protected override Task WriteAsync(CancellationToken ct) => _hours.WriteAsync(_registry, WriteAsync, ct);

    private static async Task WriteAsync(RegistryDb db, Guid organizationId, KeyValuePair<HourKey, Sums>[] rows, CancellationToken ct)
    {
        await UsageSql.AddHoursAsync(db, organizationId, UsageTotals.InOrder(rows), ct);
        await QuotaSql.AddAsync(db, organizationId, UsageTotals.CountersOf(rows), ct);
    }
}
