using System.Collections.Concurrent;
using ImageService.Core.Engine;
using ImageService.Core.Lifecycle;
using ImageService.Core.Operations;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using ImageService.Worker.Jobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

/// <summary>The walk through a whole store: what goes, and that it ends in time and is gone on with.</summary>
[Trait("Level", "Integration")]
public sealed class SweepOrphansTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly DateTimeOffset Now = new(2027, 3, 10, 4, 0, 0, TimeSpan.Zero);
    private static int _numbers;
    private readonly FakeTimeProvider _time = new(Now);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_without_a_row_are_swept_when_they_are_old_enough()
    {
        var (place, asset, known) = await AssetAsync();
        var orphan = VariantKey(place, asset, '1');
        var young = VariantKey(place, asset, '2');
        var staging = ObjectKey.Staging(place.OrganizationId, Guid.CreateVersion7());
        var outdated = ObjectKey.Intermediate(place.OrganizationId, asset, 1, "0-old");
        string[] kept = [known, ObjectKey.Original(place.OrganizationId, asset, 1),
            ObjectKey.Intermediate(place.OrganizationId, asset, 1, EngineRevision.ForIntermediate), young, staging];
        var store = new MemoryStore([.. kept, orphan, outdated]) { WrittenAt = Now.AddDays(-3) };
        store.Touch(young, Now);
        await RunAsync(store);
        store.Keys.ShouldBe(kept, ignoreOrder: true);
    }

    [Fact]
    public async Task A_run_ends_when_its_time_is_over_and_the_next_goes_on_there_and_lists_nothing_twice()
    {
        var (place, asset, _) = await AssetAsync();
        string[] orphans = [.. Enumerable.Range(0, 50).Select(_ => VariantKey(place, asset, 'a'))];
        ConcurrentBag<string> listed = [];
        var store = new MemoryStore(orphans)
        {
            WrittenAt = Now.AddDays(-3),
            Listed = key =>
            {
                listed.Add(key);
                _time.Advance(TimeSpan.FromMinutes(1));
            },
        };
        int[] left = new int[3];
        for (var run = 0; run < left.Length; run++)
        {
            await RunAsync(store, TimeSpan.FromMinutes(20), batch: 5);
            left[run] = store.Keys.Count;
        }

        left.ShouldBe([30, 10, 0]);
        listed.ShouldBe(orphans, ignoreOrder: true);
    }

    [Fact]
    public async Task An_organization_has_its_turn_once_a_week()
    {
        var (place, asset, _) = await AssetAsync();
        var store = new MemoryStore { WrittenAt = Now.AddDays(-3) };
        await RunAsync(store);
        var orphan = VariantKey(place, asset, 'b');
        store.Touch(orphan, Now.AddDays(-3));
        _time.Advance(TimeSpan.FromDays(6));
        await RunAsync(store);
        store.Keys.ShouldBe([orphan]);
        _time.Advance(TimeSpan.FromDays(1));
        await RunAsync(store);
        store.Keys.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_dies_has_done_what_it_came_to()
    {
        var (place, asset, _) = await AssetAsync();
        var store = new MemoryStore([.. Enumerable.Range(0, 20).Select(_ => VariantKey(place, asset, 'c'))]) { WrittenAt = Now.AddDays(-3) };
        var count = 0;
        store.Listed = _ =>
        {
            if (++count == 12)
                throw new OperationCanceledException("The process is killed.");
        };
        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync(store, batch: 5));
        store.Keys.Count.ShouldBe(10);
        store.Listed = null;
        await RunAsync(store, batch: 5);
        store.Keys.ShouldBeEmpty();
    }

    private static string VariantKey(TestOrganization place, Guid asset, char begin) =>
        ObjectKey.Variant(place.OrganizationId, asset, 1, $"{begin}{Interlocked.Increment(ref _numbers):d63}", ImageFormat.Jpg);

    private Task RunAsync(MemoryStore store, TimeSpan? within = null, int batch = 500)
    {
        var options = new LifecycleOptions { Batch = batch };
        options.SweepFor = within ?? options.SweepFor;
        return new SweepOrphans(registry.Registry, new ObjectStores(store), Options.Create(options), _time, NullLogger<SweepOrphans>.Instance).RunAsync(Ct);
    }

    private async Task<(TestOrganization Place, Guid Asset, string Variant)> AssetAsync()
    {
        // Other tests' organizations have had their turn: this store is none of theirs.
        await registry.AsOwnerAsync($"INSERT INTO orphan_sweeps SELECT id, 'file', NULL, '{Now.AddYears(1):O}' FROM organizations ON CONFLICT DO NOTHING");
        var place = await registry.NewOrganizationAsync();
        var asset = place.NewAsset();
        var variant = place.NewVariant(asset, new string('d', 64), 500);
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.AddRange(asset, variant);
        await db.SaveChangesAsync(Ct);
        return (place, asset.Id, variant.StorageKey);
    }
}
