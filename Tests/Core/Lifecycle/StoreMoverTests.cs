using System.Security.Cryptography;
using System.Text;

using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Lifecycle;

[Trait("Level", "Integration")]
public sealed class StoreMoverTests : IClassFixture<RegistryFixture>, IAsyncLifetime
{
    private readonly RegistryFixture _registry;
    private readonly string _root = Directory.CreateTempSubdirectory("imageservice-moves-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly ObjectStores _stores;

    public StoreMoverTests(RegistryFixture registry)
    {
        _registry = registry;
        _stores = new ObjectStores([Named("file"), Named("second"), Named("third")]);

        NamedStore Named(string name) => new(name, new FileObjectStore(Path.Combine(_root, name)));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A run takes every open move: what another test left open would be worked on beside this one's.</summary>
    public async ValueTask InitializeAsync()
    {
        await using var db = _registry.Registry.ForSystem();
        await db.StoreMoves.Where(move => StoreMove.Unfinished.Contains(move.State))
            .ExecuteUpdateAsync(move => move.SetProperty(it => it.State, StoreMoveState.Stopped), Ct);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Everything_of_a_space_is_moved_verified_and_the_source_emptied_after_the_time_of_grace()
    {
        var (place, versions) = await AssetsAsync(7);
        var move = await MoveAsync(place, "second");
        await Mover().RunAsync(Ct);

        var copied = await FindAsync(move);
        (copied.State, copied.Assets, copied.Done, copied.Failed).ShouldBe((StoreMoveState.Cleaning, 7, 7, 0));
        copied.Sources.ShouldBe(["file"]);
        await EverythingIsInAsync(place, versions, "second");
        (await KeysAsync("file", place)).Count.ShouldBe(14, "the source is kept for its time of grace");

        _time.Advance(TimeSpan.FromHours(23));
        await Mover().RunAsync(Ct);
        (await FindAsync(move)).State.ShouldBe(StoreMoveState.Cleaning);
        _time.Advance(TimeSpan.FromHours(2));
        await Mover().RunAsync(Ct);
        (await FindAsync(move)).State.ShouldBe(StoreMoveState.Done);
        (await KeysAsync("file", place)).ShouldBeEmpty();
        (await KeysAsync("second", place)).Count.ShouldBe(14);
    }

    [Fact]
    public async Task A_worker_that_died_is_followed_by_another_where_it_was()
    {
        var (place, versions) = await AssetsAsync(6);
        var move = await MoveAsync(place, "second");
        using var dying = new CancellationTokenSource();
        var opened = 0;
        var source = new WatchedStore(_stores.Of("file").Objects, () =>
        {
            if (Interlocked.Increment(ref opened) == 7)
                dying.Cancel();
        });
        var stores = new ObjectStores([new NamedStore("file", source), _stores.Of("second"), _stores.Of("third")]);
        await Should.ThrowAsync<OperationCanceledException>(() => Mover(stores).RunAsync(dying.Token));
        var half = await FindAsync(move);
        half.State.ShouldBe(StoreMoveState.Copying);
        half.Done.ShouldBeInRange(1, 5);

        await Mover().RunAsync(Ct);
        var whole = await FindAsync(move);
        (whole.State, whole.Assets, whole.Done).ShouldBe((StoreMoveState.Cleaning, 6, 6));
        await EverythingIsInAsync(place, versions, "second");
    }

    [Fact]
    public async Task Runs_of_one_worker_that_overlap_copy_nothing_twice()
    {
        var (place, versions) = await AssetsAsync(4);
        var move = await MoveAsync(place, "second");
        StoreMover? mover = null;
        Task? overlapping = null;
        var opened = 0;
        var source = new WatchedStore(_stores.Of("file").Objects, () =>
        {
            if (Interlocked.Increment(ref opened) != 1)
                return;
            overlapping = Task.Run(() => mover!.RunAsync(Ct), Ct);
            overlapping.GetAwaiter().GetResult();
        });
        mover = Mover(new ObjectStores([new NamedStore("file", source), _stores.Of("second"), _stores.Of("third")]));
        await mover.RunAsync(Ct);
        await overlapping.ShouldNotBeNull();

        var moved = await FindAsync(move);
        (moved.State, moved.Assets, moved.Done, opened).ShouldBe((StoreMoveState.Cleaning, 4, 4, 8), "each original and each variant is read once");
        await EverythingIsInAsync(place, versions, "second");
    }

    [Theory]
    [InlineData("third", "it is somewhere else since")]
    [InlineData("second", "it is there already, and the bytes are those of its row")]
    public async Task What_somebody_else_moved_meanwhile_stays_where_it_is(string elsewhere, string because)
    {
        var (place, versions) = await AssetsAsync(1);
        var move = await MoveAsync(place, "second");
        await using var db = _registry.Registry.ForOrganization(place.OrganizationId);
        await db.AssetVersions.Where(row => row.Id == versions[0].Id).ExecuteUpdateAsync(row => row.SetProperty(it => it.StorageProvider, elsewhere), Ct);

        var copy = new StoreMoveCopy(_registry.Registry, _stores, move, new StoreMoveThrottle(1L << 40, _time), _time);
        (await copy.MoveAsync(versions[0], Ct)).ShouldBeNull();

        (await db.AssetVersions.AsNoTracking().SingleAsync(row => row.Id == versions[0].Id, Ct)).StorageProvider.ShouldBe(elsewhere, because);
        (await _stores.Of("second").Objects.HeadAsync(versions[0].StorageKey, Ct)).ShouldNotBeNull();
        (await FindAsync(move)).Done.ShouldBe(0);
    }

    [Fact]
    public async Task A_damaged_original_stays_where_it_is_and_the_move_says_so()
    {
        var (place, versions) = await AssetsAsync(3);
        await _stores.Of("file").Objects.PutAsync(versions[1].StorageKey, new MemoryStream([1, 2, 3]), "image/jpeg", Ct);
        var move = await MoveAsync(place, "second");
        await Mover().RunAsync(Ct);

        var failed = await FindAsync(move);
        (failed.State, failed.Done, failed.Failed).ShouldBe((StoreMoveState.Failed, 2, 1));
        failed.Problem.ShouldNotBeNull().ShouldContain("damaged");
        (await _stores.Of("second").Objects.HeadAsync(versions[1].StorageKey, Ct)).ShouldBeNull();
        await using var db = _registry.Registry.ForOrganization(place.OrganizationId);
        (await db.AssetVersions.SingleAsync(row => row.Id == versions[1].Id, Ct)).StorageProvider.ShouldBe("file");
    }

    [Fact]
    public async Task What_held_a_move_up_is_told_until_it_goes_on()
    {
        var (place, versions) = await AssetsAsync(1);
        var move = await MoveAsync(place, "second");
        string? told = null;
        var isAway = true;
        var source = new WatchedStore(_stores.Of("file").Objects, () =>
        {
            if (isAway)
                throw new ObjectStoreException("The store is away.");
            told ??= FindAsync(move).GetAwaiter().GetResult().Problem ?? "nothing";
        });
        var mover = Mover(new ObjectStores([new NamedStore("file", source), _stores.Of("second"), _stores.Of("third")]));
        await mover.RunAsync(Ct);
        (await FindAsync(move)).Problem.ShouldBe("The store is away.");

        isAway = false;
        await mover.RunAsync(Ct);
        told.ShouldBe("nothing");
        await EverythingIsInAsync(place, versions, "second");
    }

    [Fact]
    public async Task A_lost_variant_is_forgotten_so_that_it_is_made_again()
    {
        var (place, versions) = await AssetsAsync(1);
        await using var db = _registry.Registry.ForOrganization(place.OrganizationId);
        var variant = await db.Variants.SingleAsync(row => row.AssetId == versions[0].AssetId, Ct);
        await _stores.Of("file").Objects.DeleteAsync(variant.StorageKey, Ct);
        await MoveAsync(place, "second");
        await Mover().RunAsync(Ct);
        (await db.Variants.AnyAsync(row => row.AssetId == versions[0].AssetId, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_stopped_move_copies_no_more_and_what_was_moved_stays()
    {
        var (place, _) = await AssetsAsync(2);
        var move = await MoveAsync(place, "second");
        await using (var db = _registry.Registry.ForOrganization(place.OrganizationId))
            await db.StoreMoves.Where(row => row.Id == move.Id).ExecuteUpdateAsync(row => row.SetProperty(it => it.State, StoreMoveState.Stopped), Ct);
        await Mover().RunAsync(Ct);
        (await FindAsync(move)).State.ShouldBe(StoreMoveState.Stopped);
        (await KeysAsync("second", place)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_source_is_not_emptied_while_another_move_of_the_organization_may_fill_it()
    {
        var (place, versions) = await AssetsAsync(2);
        var there = await MoveAsync(place, "second");
        await Mover().RunAsync(Ct);
        _time.Advance(TimeSpan.FromDays(2));
        var back = await MoveAsync(place, "file");
        await Mover().RunAsync(Ct);
        await Mover().RunAsync(Ct);
        (await FindAsync(there)).State.ShouldBe(StoreMoveState.Done);
        _time.Advance(TimeSpan.FromDays(2));
        await Mover().RunAsync(Ct);
        (await FindAsync(back)).State.ShouldBe(StoreMoveState.Done);
        await EverythingIsInAsync(place, versions, "file");
        (await KeysAsync("second", place)).ShouldBeEmpty();
    }

    private StoreMover Mover(ObjectStores? stores = null) => new(
        _registry.Registry, stores ?? _stores, Options.Create(new StoreMoveOptions { Concurrency = 1, BytesPerSecond = 1L << 40 }), _time,
        NullLogger<StoreMover>.Instance);

    private async Task<(TestOrganization Place, List<AssetVersion> Versions)> AssetsAsync(int count)
    {
        var place = await _registry.NewOrganizationAsync();
        var store = _stores.Of("file").Objects;
        var versions = new List<AssetVersion>();
        await using var db = _registry.Registry.ForOrganization(place.OrganizationId);
        for (var i = 0; i < count; i++)
        {
            var bytes = Encoding.ASCII.GetBytes($"original {i} {place.OrganizationId}");
            var asset = place.NewAsset(Hash(bytes));
            await store.PutAsync(asset.Versions[0].StorageKey, new MemoryStream(bytes), "image/jpeg", Ct);
            var variant = Encoding.ASCII.GetBytes($"variant {i}");
            var hash = Hash(Guid.CreateVersion7().ToByteArray());
            var key = ObjectKey.Variant(place.OrganizationId, asset.Id, 1, hash, ImageService.Core.Operations.ImageFormat.Webp);
            await store.PutAsync(key, new MemoryStream(variant), "image/webp", Ct);
            db.Add(asset);
            db.Add(new Variant
            {
                OrganizationId = place.OrganizationId, SpaceId = place.SpaceId, AssetId = asset.Id, Version = 1, Operations = "fmt_webp-w_10",
                OperationsHash = hash, Format = "webp",
                StorageKey = key, StorageProvider = "file", SizeBytes = variant.Length, ContentHash = Hash(variant), Width = 10, Height = 10,
                ProcessingTimeMs = 1, CreatedAt = _time.GetUtcNow(),
            });
            versions.Add(asset.Versions[0]);
        }

        await db.SaveChangesAsync(Ct);
        return (place, versions);
    }

    private async Task<StoreMove> MoveAsync(TestOrganization place, string store)
    {
        var now = _time.GetUtcNow();
        var move = new StoreMove
        {
            OrganizationId = place.OrganizationId, TenantId = place.TenantId, SpaceId = place.SpaceId, Store = store, CreatedAt = now,
            UpdatedAt = now
        };
        await using var db = _registry.Registry.ForOrganization(place.OrganizationId);
        db.Add(move);
        await db.SaveChangesAsync(Ct);
        return move;
    }

    private async Task<StoreMove> FindAsync(StoreMove move)
    {
        await using var db = _registry.Registry.ForOrganization(move.OrganizationId);
        return await db.StoreMoves.AsNoTracking().SingleAsync(row => row.Id == move.Id, Ct);
    }

    private async Task<List<string>> KeysAsync(string store, TestOrganization place) =>
        await _stores.Of(store).Objects.ListAsync(ObjectKeyReader.OrganizationPrefix(place.OrganizationId), Ct).Select(listed => listed.Key).ToListAsync(Ct);

    private async Task EverythingIsInAsync(TestOrganization place, List<AssetVersion> versions, string store)
    {
        await using var db = _registry.Registry.ForOrganization(place.OrganizationId);
        (await db.AssetVersions.CountAsync(row => row.StorageProvider == store, Ct)).ShouldBe(versions.Count);
        (await db.Variants.CountAsync(row => row.StorageProvider == store, Ct)).ShouldBe(versions.Count);
        foreach (var version in versions)
        {
            await using var opened = (await _stores.Of(store).Objects.OpenAsync(version.StorageKey, null, Ct)).ShouldNotBeNull();
            Convert.ToHexStringLower(await SHA256.HashDataAsync(opened.Content, Ct)).ShouldBe(version.ContentHash);
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
