using System.Globalization;
using ImageService.Core.Engine;
using ImageService.Core.Lifecycle;
using ImageService.Core.Messaging;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using ImageService.Worker.Consumers;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

[Trait("Level", "Integration")]
public sealed class JobTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly DateTimeOffset Now = new(2027, 3, 10, 12, 30, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Now);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Variants_nobody_fetched_are_pruned_and_their_objects_follow_by_a_fact()
    {
        var (place, asset) = await AssetAsync();
        var old = await VariantAsync(place, asset, Now.AddDays(-100), accesses: 0);
        var young = await VariantAsync(place, asset, Now.AddDays(-10), accesses: 0);
        var used = await VariantAsync(place, asset, Now.AddDays(-100), accesses: 3);
        await new PruneVariants(registry.Registry, Lifecycle(), _time, NullLogger<PruneVariants>.Instance).RunAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        (await db.Variants.Select(row => row.Id).ToListAsync(Ct)).ShouldBe([young.Id, used.Id], ignoreOrder: true);
        Messages.Read<VariantsInvalidated>(
            (await db.Facts().SingleAsync(row => row.Type == "variants_invalidated", Ct)).Body).StorageKeys.ShouldBe([old.StorageKey]);
    }

    [Fact]
    public async Task Variants_that_lie_idle_are_pruned_where_the_operator_says_so_page_by_page()
    {
        var (place, asset) = await AssetAsync();
        for (var number = 0; number < 5; number++) await VariantAsync(place, asset, Now.AddDays(-200), accesses: 1, Now.AddDays(-40 - number));
        var used = await VariantAsync(place, asset, Now.AddDays(-200), accesses: 1, Now.AddDays(-20));
        var options = Options.Create(new LifecycleOptions { PruneIdleAfter = TimeSpan.FromDays(30), Batch = 2 });
        await new PruneVariants(registry.Registry, options, _time, NullLogger<PruneVariants>.Instance).RunAsync(Ct);
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        (await db.Variants.Select(row => row.Id).ToListAsync(Ct)).ShouldBe([used.Id]);
    }

    [Fact]
    public async Task An_invalidated_object_goes_unless_its_variant_was_made_again()
    {
        var (place, asset) = await AssetAsync();
        var remade = await VariantAsync(place, asset, Now, 0);
        var gone = remade.StorageKey.Replace(remade.OperationsHash, new string('0', 64), StringComparison.Ordinal);
        var store = new MemoryStore(remade.StorageKey, gone);
        var consumer = new RemovalConsumer(registry.Registry, new ObjectStores(store));
        var message = new VariantsInvalidated(place.OrganizationId, [remade.StorageKey, gone]);
        await consumer.ConsumeAsync(message, Guid.CreateVersion7(), Ct);
        await consumer.ConsumeAsync(message, Guid.CreateVersion7(), Ct);
        store.Keys.ShouldBe([remade.StorageKey]);
    }

    [Fact]
    public async Task Deleted_assets_are_purged_after_their_time_with_rows_audit_and_message_in_one_step()
    {
        var (place, asset) = await AssetAsync(deletedAt: Now.AddDays(-31));
        await VariantAsync(place, asset, Now.AddDays(-40), 1);
        var (_, recent) = await AssetAsync(deletedAt: Now.AddDays(-29), place);
        var (_, held) = await AssetAsync(deletedAt: Now.AddDays(-31), place, retainUntil: Now.AddDays(1));
        await Purge().RunAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        (await db.Assets.Select(row => row.Id).ToListAsync(Ct)).ShouldBe([recent.Id, held.Id], ignoreOrder: true);
        (await db.AssetVersions.AnyAsync(row => row.AssetId == asset.Id, Ct)).ShouldBeFalse();
        (await db.Variants.AnyAsync(row => row.AssetId == asset.Id, Ct)).ShouldBeFalse();
        Messages.Read<AssetPurged>((await db.Facts().SingleAsync(row => row.Type == "asset_purged", Ct)).Body).AssetId.ShouldBe(asset.Id);
        (await db.AuditLogs.SingleAsync(row => row.Action == "asset.purged", Ct)).ResourceId.ShouldBe(new AssetId(asset.Id).ToString());
    }

    [Fact]
    public async Task Assets_of_a_deleted_space_are_purged_with_it_and_give_their_quota_back()
    {
        var (place, asset) = await AssetAsync();
        await using (var db = registry.Registry.ForOrganization(place.OrganizationId))
        {
            db.QuotaCounters.Add(
                new QuotaCounter
                {
                    OrganizationId = place.OrganizationId, ScopeId = place.OrganizationId, Kind = "assets", Period = DateOnly.MinValue,
                    Used = 3
                });
            await db.SaveChangesAsync(Ct);
            await db.Spaces.Where(row => row.Id == place.SpaceId).ExecuteUpdateAsync(set => set.SetProperty(row => row.DeletedAt, Now.AddDays(-31)), Ct);
        }

        await Purge().RunAsync(Ct);
        await using var after = registry.Registry.ForOrganization(place.OrganizationId);
        (await after.Assets.AnyAsync(row => row.Id == asset.Id, Ct)).ShouldBeFalse();
        (await after.QuotaCounters.SingleAsync(row => row.ScopeId == place.OrganizationId && row.Kind == "assets", Ct)).Used.ShouldBe(2);
    }

    [Fact]
    public async Task A_purged_assets_objects_go_and_nobody_elses()
    {
        var (place, asset) = await AssetAsync(deletedAt: Now.AddDays(-31));
        var other = ObjectKey.Original(place.OrganizationId, Guid.CreateVersion7(), 1);
        var store = new MemoryStore(ObjectKey.Original(place.OrganizationId, asset.Id, 1),
            ObjectKey.Intermediate(place.OrganizationId, asset.Id, 1, EngineRevision.ForIntermediate), other);
        var consumer = new RemovalConsumer(registry.Registry, new ObjectStores(store));
        await Should.ThrowAsync<InvalidOperationException>(
            () => consumer.ConsumeAsync(new AssetPurged(place.OrganizationId, asset.Id), Guid.CreateVersion7(), Ct));
        store.Keys.Count.ShouldBe(3);
        await Purge().RunAsync(Ct);
        await consumer.ConsumeAsync(new AssetPurged(place.OrganizationId, asset.Id), Guid.CreateVersion7(), Ct);
        store.Keys.ShouldBe([other]);
    }

    [Fact]
    public async Task Signing_keys_past_their_grace_are_retired_and_the_others_stay()
    {
        var place = await registry.NewOrganizationAsync();
        await using (var db = registry.Registry.ForOrganization(place.OrganizationId))
        {
            db.AddRange(Key("past", SigningKeyState.VerifyOnly, Now.AddMinutes(-1)), Key("grace", SigningKeyState.VerifyOnly, Now.AddMinutes(1)),
                Key("active", SigningKeyState.Active, null));
            await db.SaveChangesAsync(Ct);
        }

        await new RetireSigningKeys(registry.Registry, _time, NullLogger<RetireSigningKeys>.Instance).RunAsync(Ct);
        await using var after = registry.Registry.ForOrganization(place.OrganizationId);
        (await after.SigningKeys.OrderBy(key => key.Kid).Select(key => key.State).ToListAsync(Ct))
            .ShouldBe([SigningKeyState.Active, SigningKeyState.VerifyOnly, SigningKeyState.Retired]);

        SigningKey Key(string name, SigningKeyState state, DateTimeOffset? until) => new()
        {
            OrganizationId = place.OrganizationId, TenantId = place.TenantId, Kid = $"{name}{place.TenantId:n}"[..20], ProtectedSecret = [1], State = state,
            VerifyUntil = until, CreatedAt = Now,
        };
    }

    [Fact]
    public async Task Old_hours_are_added_up_to_days_once_and_no_number_is_lost()
    {
        var place = await registry.NewOrganizationAsync();
        var old = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        await using (var db = registry.Registry.ForOrganization(place.OrganizationId))
        {
            foreach (var hour in new[] { old, old.AddHours(5), old.AddHours(23), old.AddHours(24), Now.AddDays(-3) })
                db.UsageHours.Add(new UsageHour
                {
                    OrganizationId = place.OrganizationId, TenantId = place.TenantId, SpaceId = place.SpaceId, Hour = Hour(hour),
                    ApiKeyId = Guid.Empty, Requests = 10, BandwidthBytes = 100, StorageBytes = hour.Hour
                });
            await db.SaveChangesAsync(Ct);
        }

        var job = new RollUpUsage(registry.Registry, Lifecycle(), _time, NullLogger<RollUpUsage>.Instance);
        await job.RunAsync(Ct);
        await job.RunAsync(Ct);
        await using var after = registry.Registry.ForOrganization(place.OrganizationId);
        (await after.UsageHours.Where(row => row.Requests > 0)
            .OrderBy(row => row.Hour).Select(row => new { row.Hour, row.Requests, row.StorageBytes }).ToListAsync(Ct)).ShouldBe(
        [
            new { Hour = old, Requests = 30L, StorageBytes = 23L },
            new { Hour = old.AddDays(1), Requests = 10L, StorageBytes = 0L },
            new { Hour = Hour(Now.AddDays(-3)), Requests = 10L, StorageBytes = (long)Now.Hour },
        ]);
        (await after.UsageHours.SingleAsync(row => row.Hour == Hour(Now), Ct)).StorageBytes.ShouldBe(0);
    }

    [Fact]
    public async Task Tiers_follow_the_plan_and_a_store_that_fails_for_one_object_does_not_stop_the_others()
    {
        var (place, asset) = await AssetAsync();
        var cold = await VariantAsync(place, asset, Now.AddDays(-100), 1, lastAccess: Now.AddDays(-40), size: 200_000);
        var warm = await VariantAsync(place, asset, Now.AddDays(-100), 1, lastAccess: Now.AddDays(-10), size: 200_000);
        var stuck = await VariantAsync(place, asset, Now.AddDays(-100), 1, lastAccess: Now.AddDays(-10), size: 200_000);
        var small = await VariantAsync(place, asset, Now.AddDays(-100), 1, lastAccess: Now.AddDays(-40), size: 20_000);
        var store = new MemoryStore(cold.StorageKey, warm.StorageKey, stuck.StorageKey, small.StorageKey) { FailsFor = stuck.StorageKey };
        await new TierAssets(registry.Registry, new ObjectStores(store), Options.Create(new LifecycleOptions { TierVariants = true }), _time,
            NullLogger<TierAssets>.Instance).RunAsync(Ct);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        var tiers = await db.Variants.ToDictionaryAsync(row => row.Id, row => row.Tier, Ct);
        (tiers[cold.Id], tiers[warm.Id], tiers[stuck.Id], tiers[small.Id]).ShouldBe((StorageTier.Cold, StorageTier.Warm, StorageTier.Hot, StorageTier.Hot));
        store.Tiers[cold.StorageKey].ShouldBe(StorageTier.Cold);
    }

    [Fact]
    public async Task A_monthly_quota_warns_once_at_eighty_percent()
    {
        var place = await registry.NewOrganizationAsync();
        var month = new DateOnly(Now.Year, Now.Month, 1);
        await using (var db = registry.Registry.ForOrganization(place.OrganizationId))
        {
            db.Policies.Add(new PolicyRow
            {
                OrganizationId = place.OrganizationId, Level = PolicyLevel.Organization, ScopeId = place.OrganizationId,
                Key = "quota_bandwidth_bytes_per_month", Value = "1000", UpdatedAt = Now
            });
            db.Policies.Add(new PolicyRow
            {
                OrganizationId = place.OrganizationId, Level = PolicyLevel.Space, ScopeId = place.SpaceId,
                Key = "quota_bandwidth_bytes_per_month", Value = "2000", UpdatedAt = Now
            });
            db.Policies.Add(new PolicyRow
            {
                OrganizationId = place.OrganizationId, Level = PolicyLevel.Organization, ScopeId = place.OrganizationId,
                Key = "quota_requests_per_month", Value = "null", Locked = true, UpdatedAt = Now
            });
            db.Policies.Add(new PolicyRow
            {
                OrganizationId = place.OrganizationId, Level = PolicyLevel.Space, ScopeId = place.SpaceId,
                Key = "quota_requests_per_month", Value = "10", UpdatedAt = Now
            });
            foreach (var scope in new[] { place.OrganizationId, place.SpaceId })
                db.QuotaCounters.Add(
                    new QuotaCounter { OrganizationId = place.OrganizationId, ScopeId = scope, Kind = "bandwidth_bytes", Period = month, Used = 800 });
            db.QuotaCounters.Add(
                new QuotaCounter { OrganizationId = place.OrganizationId, ScopeId = place.SpaceId, Kind = "requests", Period = month, Used = 10 });
            await db.SaveChangesAsync(Ct);
        }

        var job = new WarnOfQuotas(new QuotaWarnings(registry.Registry, _time), NullLogger<WarnOfQuotas>.Instance);
        await job.RunAsync(Ct);
        await job.RunAsync(Ct);
        await using var after = registry.Registry.ForOrganization(place.OrganizationId);
        Messages.Read<QuotaWarning>((await after.Facts().SingleAsync(row => row.Type == "quota_warning", Ct)).Body)
            .ShouldBe(new QuotaWarning
            {
                OrganizationId = place.OrganizationId,
                ScopeId = place.OrganizationId,
                Kind = "bandwidth_bytes",
                Used = 800,
                Limit = 1000,
            });
    }

    private static DateTimeOffset Hour(DateTimeOffset at) => new(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero);

    private static IOptions<LifecycleOptions> Lifecycle() => Options.Create(new LifecycleOptions());

    private PurgeDeleted Purge() => new(registry.Registry, Lifecycle(), _time, NullLogger<PurgeDeleted>.Instance);

    private async Task<(TestOrganization Place, Asset Asset)> AssetAsync(DateTimeOffset? deletedAt = null, TestOrganization? at = null,
        DateTimeOffset? retainUntil = null)
    {
        var place = at ?? await registry.NewOrganizationAsync();
        var asset = place.NewAsset();
        (asset.DeletedAt, asset.RetainUntil) = (deletedAt, retainUntil);
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.Add(asset);
        await db.SaveChangesAsync(Ct);
        return (place, asset);
    }

    private async Task<Variant> VariantAsync(TestOrganization place, Asset asset, DateTimeOffset createdAt, long accesses, DateTimeOffset? lastAccess = null,
        long size = 500)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        var variant = new Variant
        {
            OrganizationId = place.OrganizationId, SpaceId = place.SpaceId, AssetId = asset.Id, Version = 1,
            Operations = string.Create(CultureInfo.InvariantCulture, $"fmt_jpg-w_{Random.Shared.Next(1, 8000)}"),
            OperationsHash = hash, Format = "jpg",
            StorageKey = ObjectKey.Variant(place.OrganizationId, asset.Id, 1, hash, ImageService.Core.Operations.ImageFormat.Jpg), StorageProvider = "file",
            SizeBytes = size, ContentHash = hash, Width = 10, Height = 10, ProcessingTimeMs = 5, AccessCount = accesses,
            LastAccessedAt = lastAccess ?? (accesses > 0 ? createdAt : null), CreatedAt = createdAt,
        };
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.Add(variant);
        await db.SaveChangesAsync(Ct);
        return variant;
    }
}
