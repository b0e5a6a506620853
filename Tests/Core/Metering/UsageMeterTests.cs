using System.Diagnostics.Metrics;
using ImageService.Core.Metering;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Metering;

[Trait("Level", "Integration")]
public sealed class UsageMeterTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 30, 12, 59, 59, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Notes_of_an_hour_become_one_row_per_space_and_key()
    {
        var place = await registry.NewOrganizationAsync();
        var key = Guid.CreateVersion7();
        using var meter = Meter();
        for (var i = 0; i < 10; i++) meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, requests: 1, bytes: 100, transforms: 0, cpuMs: 0);
        meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 0, 0, transforms: 1, cpuMs: 42);
        meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 1, 5, 0, 0, key);
        await meter.FlushAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        var rows = await db.UsageHours.AsNoTracking().OrderBy(row => row.ApiKeyId).ToListAsync(Ct);
        rows.Select(row => (row.Hour, row.Requests, row.BandwidthBytes, row.Transforms, row.TransformCpuMs)).ShouldBe(
            [(Hour(12), 10, 1000, 1, 42), (Hour(12), 1, 5, 0, 0)]);
        rows[1].ApiKeyId.ShouldBe(key);
    }

    [Fact]
    public async Task Two_processes_add_to_the_same_row_and_hours_are_kept_apart()
    {
        var place = await registry.NewOrganizationAsync();
        using var first = Meter();
        using var second = Meter();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            var meter = number % 2 == 0 ? first : second;
            meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 1, 10, 0, 0);
            await meter.FlushAsync(Ct);
        }));
        _time.Advance(TimeSpan.FromSeconds(2));
        first.Note(place.OrganizationId, place.TenantId, place.SpaceId, 1, 10, 0, 0);
        await first.FlushAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        (await db.UsageHours.OrderBy(row => row.Hour).Select(row => new { row.Hour, row.Requests, row.BandwidthBytes }).ToListAsync(Ct))
            .ShouldBe([new { Hour = Hour(12), Requests = 20L, BandwidthBytes = 200L }, new { Hour = Hour(13), Requests = 1L, BandwidthBytes = 10L }]);
    }

    [Fact]
    public async Task Image_requests_and_cpu_time_count_against_every_level_and_management_does_not()
    {
        var place = await registry.NewOrganizationAsync();
        using var meter = Meter();
        meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, requests: 3, bytes: 0, transforms: 1, cpuMs: 40);
        meter.Note(place.OrganizationId, Guid.Empty, Guid.Empty, requests: 5, bytes: 0, transforms: 0, cpuMs: 0, apiKeyId: Guid.CreateVersion7());
        await meter.FlushAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        var counters = await db.QuotaCounters.AsNoTracking().ToListAsync(Ct);
        counters.Select(row => row.Kind).Distinct().Order(StringComparer.Ordinal).ShouldBe(["requests", "transform_cpu_ms"]);
        foreach (var scope in new[] { place.OrganizationId, place.TenantId, place.SpaceId })
        {
            counters.Single(row => row.ScopeId == scope && row.Kind == "requests").Used.ShouldBe(3);
            counters.Single(row => row.ScopeId == scope && row.Kind == "transform_cpu_ms").Used.ShouldBe(40);
        }
    }

    [Fact]
    public async Task Bandwidth_counts_against_every_level_and_starts_anew_each_month()
    {
        var place = await registry.NewOrganizationAsync();
        using var meter = Meter();
        meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 1, 700, 0, 0);
        await meter.FlushAsync(Ct);
        _time.SetUtcNow(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero));
        meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 1, 50, 0, 0);
        await meter.FlushAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        var counters = await db.QuotaCounters.AsNoTracking().Where(row => row.Kind == "bandwidth_bytes").ToListAsync(Ct);
        foreach (var scope in new[] { place.OrganizationId, place.TenantId, place.SpaceId })
        {
            counters.Single(row => row.ScopeId == scope && row.Period == new DateOnly(2026, 6, 1)).Used.ShouldBe(700);
            counters.Single(row => row.ScopeId == scope && row.Period == new DateOnly(2026, 7, 1)).Used.ShouldBe(50);
        }
    }

    [Fact]
    public async Task What_would_need_too_many_rows_in_memory_is_dropped_and_counted()
    {
        var place = await registry.NewOrganizationAsync();
        var factory = Meters();
        long dropped = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "usage_notes_dropped_total" && instrument.Meter.Scope == factory) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref dropped, count));
        listener.Start();
        using var meter = Meter(new MeteringOptions { MaxKeys = 2 }, factory);
        for (var i = 0; i < 8; i++) meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 1, 0, 0, 0, i < 6 ? null : Guid.CreateVersion7());
        await meter.FlushAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        (await db.UsageHours.OrderByDescending(row => row.Requests).Select(row => row.Requests).ToListAsync(Ct)).ShouldBe([6, 1]);
        Volatile.Read(ref dropped).ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_lost_or_counted_twice_while_notes_and_writes_race()
    {
        var place = await registry.NewOrganizationAsync();
        using var meter = Meter();
        var notes = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 20_000; i++) meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 1, 0, 0, 0);
            },
            Ct)));
        do await meter.FlushAsync(Ct);
        while (!notes.IsCompleted);
        await notes;
        await meter.FlushAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        (await db.UsageHours.SingleAsync(Ct)).Requests.ShouldBe(80_000);
    }

    [Fact]
    public async Task An_orderly_stop_writes_what_was_noted()
    {
        var place = await registry.NewOrganizationAsync();
        using var meter = Meter();
        await meter.StartAsync(Ct);
        meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 3, 0, 0, 0);
        await meter.StopAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        (await db.UsageHours.SingleAsync(Ct)).Requests.ShouldBe(3);
    }

    [Fact]
    public async Task What_could_not_be_written_is_written_by_the_next_flush_once()
    {
        var place = await registry.NewOrganizationAsync();
        using var meter = Meter();
        meter.Note(place.OrganizationId, place.TenantId, place.SpaceId, 1, 0, 0, 0);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => meter.FlushAsync(cancelled.Token));
        await meter.FlushAsync(Ct);
        await meter.FlushAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        (await db.UsageHours.SingleAsync(Ct)).Requests.ShouldBe(1);
    }

    private static DateTimeOffset Hour(int hour) => new(2026, 6, 30, hour, 0, 0, TimeSpan.Zero);

    private static IMeterFactory Meters() => new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private UsageMeter Meter(MeteringOptions? options = null, IMeterFactory? meters = null) =>
        new(registry.Registry, Options.Create(options ?? new MeteringOptions()), meters ?? Meters(), _time, NullLogger<UsageMeter>.Instance);
}
