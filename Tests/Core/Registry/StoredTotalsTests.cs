using System.Globalization;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

/// <summary>What is stored, added up by the database: always the sum over the rows.</summary>
[Trait("Level", "Integration")]
public sealed class StoredTotalsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly string[] Stores = ["file", "s3"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_added_changed_and_removed_is_in_the_totals_whether_or_not_it_is_added_up_yet()
    {
        var place = await registry.NewOrganizationAsync();
        var asset = place.NewAsset();
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.Add(asset);
        db.AddRange(Enumerable.Range(0, 10).Select(n => Variant(place, asset, n)));
        await db.SaveChangesAsync(Ct);
        (await TotalsAsync(place)).ShouldBe([(place.SpaceId, "file", "hot", 11, 2045)]);

        await db.Variants.Where(row => row.SizeBytes < 104).ExecuteUpdateAsync(set => set.SetProperty(row => row.StorageProvider, "s3"), Ct);
        await db.Variants.Where(row => row.SizeBytes == 100).ExecuteUpdateAsync(set => set.SetProperty(row => row.Tier, StorageTier.Cold), Ct);
        await FoldAsync();
        await db.Variants.Where(row => row.SizeBytes > 107).ExecuteDeleteAsync(Ct);
        await db.AssetVersions.ExecuteUpdateAsync(set => set.SetProperty(row => row.Tier, StorageTier.Warm), Ct);
        (await TotalsAsync(place)).ShouldBe(await SumsAsync(place));
        await FoldAsync();
        (await TotalsAsync(place)).ShouldBe(
        [
            (place.SpaceId, "file", "hot", 4, 422),
            (place.SpaceId, "file", "warm", 1, 1000),
            (place.SpaceId, "s3", "cold", 1, 100),
            (place.SpaceId, "s3", "hot", 3, 306),
        ]);
        (await HoursAsync(place)).ShouldBe(await HourSumsAsync(place));
    }

    [Fact]
    public async Task A_variant_that_is_made_again_counts_with_its_new_size_and_a_use_of_one_writes_no_change()
    {
        var place = await registry.NewOrganizationAsync();
        var asset = place.NewAsset();
        var variant = Variant(place, asset, 1);
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.AddRange(asset, variant);
        await db.SaveChangesAsync(Ct);
        await FoldAsync();

        var now = DateTimeOffset.UtcNow;
        await db.Variants.ExecuteUpdateAsync(set => set.SetProperty(row => row.AccessCount, 9).SetProperty(row => row.LastAccessedAt, now), Ct);
        (await ChangesAsync(place)).ShouldBe(0);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO variants (id, organization_id, space_id, asset_id, version, operations, operations_hash, format, storage_key, storage_provider,
                size_bytes, content_hash, width, height, processing_time_ms, preset, tier, access_count, created_at)
            SELECT gen_random_uuid(), organization_id, space_id, asset_id, version, operations, operations_hash, format, storage_key, 's3', 777, content_hash,
                width, height, processing_time_ms, preset, tier, 0, now() FROM variants WHERE id = {variant.Id}
            ON CONFLICT (asset_id, version, operations_hash) DO UPDATE SET size_bytes = EXCLUDED.size_bytes, storage_provider = EXCLUDED.storage_provider
            """,
            Ct);
        (await TotalsAsync(place)).ShouldBe([(place.SpaceId, "file", "hot", 1, 1000), (place.SpaceId, "s3", "hot", 1, 777)]);
    }

    [Fact]
    public async Task What_goes_with_an_asset_or_a_space_goes_from_the_totals_and_what_is_rolled_back_was_never_there()
    {
        var place = await registry.NewOrganizationAsync();
        var (one, other) = (place.NewAsset(), place.NewAsset());
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.AddRange(one, other, Variant(place, one, 1), Variant(place, other, 2));
        await db.SaveChangesAsync(Ct);

        await using (var transaction = await db.Database.BeginTransactionAsync(Ct))
        {
            await db.Variants.ExecuteDeleteAsync(Ct);
            await transaction.RollbackAsync(Ct);
        }

        (await TotalsAsync(place)).ShouldBe([(place.SpaceId, "file", "hot", 4, 2203)]);
        await db.Assets.Where(row => row.Id == one.Id).ExecuteDeleteAsync(Ct);
        (await TotalsAsync(place)).ShouldBe([(place.SpaceId, "file", "hot", 2, 1102)]);
        await registry.AsOwnerAsync($"DELETE FROM spaces WHERE id = '{place.SpaceId}'");
        await FoldAsync();
        (await TotalsAsync(place)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Writers_of_one_space_do_not_wait_for_each_other()
    {
        var place = await registry.NewOrganizationAsync();
        var asset = place.NewAsset();
        await using (var db = registry.Registry.ForOrganization(place.OrganizationId))
        {
            db.Add(asset);
            await db.SaveChangesAsync(Ct);
        }

        await using var first = registry.Registry.ForOrganization(place.OrganizationId);
        await using var second = registry.Registry.ForOrganization(place.OrganizationId);
        await using var open = await first.Database.BeginTransactionAsync(Ct);
        first.Add(Variant(place, asset, 1));
        await first.SaveChangesAsync(Ct);
        second.Add(Variant(place, asset, 2));
        await second.SaveChangesAsync(Ct);
        await FoldAsync();
        (await TotalsAsync(place)).ShouldBe([(place.SpaceId, "file", "hot", 2, 1102)]);
        await open.CommitAsync(Ct);
        (await TotalsAsync(place)).ShouldBe([(place.SpaceId, "file", "hot", 3, 2203 - 1000)]);
    }

    [Fact]
    public async Task While_many_write_at_once_and_totals_are_added_up_and_counted_again_no_reader_ever_sees_a_wrong_sum()
    {
        var place = await registry.NewOrganizationAsync();
        var assets = Enumerable.Range(0, 4).Select(_ => place.NewAsset()).ToArray();
        await using (var db = registry.Registry.ForOrganization(place.OrganizationId))
        {
            db.AddRange(assets.AsEnumerable());
            await db.SaveChangesAsync(Ct);
        }

        var writing = Task.WhenAll(assets.Select((asset, writer) => Task.Run(() => WriteAsync(place, asset, new Random(writer)), Ct)));
        while (!writing.IsCompleted)
        {
            await FoldAsync(most: 7);
            (await RecountAsync(place)).ShouldBe(0, "nothing was wrong");
            (await WrongAsync(place)).ShouldBe(0L, "rows and totals of one moment");
        }

        await writing;
        await FoldAsync();
        (await TotalsAsync(place)).ShouldBe(await SumsAsync(place));
        (await HoursAsync(place)).ShouldBe(await HourSumsAsync(place));
    }

    [Fact]
    public async Task Totals_that_somebody_wrote_past_are_mended_and_the_log_says_so()
    {
        var place = await registry.NewOrganizationAsync();
        var asset = place.NewAsset();
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.AddRange(asset, Variant(place, asset, 1), Variant(place, asset, 2));
        await db.SaveChangesAsync(Ct);
        await registry.AsOwnerAsync("SET session_replication_role = replica; DELETE FROM variants WHERE size_bytes = 101; RESET session_replication_role");
        (await TotalsAsync(place)).ShouldNotBe(await SumsAsync(place));

        using var logs = new CapturedLogs();
        using var logging = new LoggerFactory([logs]);
        await new RecountStored(registry.Registry, logging.CreateLogger<RecountStored>()).RunAsync(Ct);
        logs.Lines.ShouldContain(line => line.Contains(place.OrganizationId.ToString(), StringComparison.Ordinal));
        (await TotalsAsync(place)).ShouldBe(await SumsAsync(place));
        (await HoursAsync(place)).ShouldBe(await HourSumsAsync(place));
        (await RecountAsync(place)).ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_sees_what_another_organization_stores()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());
        await using (var db = registry.Registry.ForOrganization(theirs.OrganizationId))
        {
            db.AddRange(theirs.NewAsset(), theirs.NewAsset());
            await db.SaveChangesAsync(Ct);
        }

        await using var outside = registry.Registry.ForOrganization(mine.OrganizationId);
        (await outside.StoredNow.AnyAsync(Ct)).ShouldBeFalse();
        (await outside.StoredByHour.AnyAsync(Ct)).ShouldBeFalse();
        await FoldAsync();
        (await outside.StoredNow.AnyAsync(Ct)).ShouldBeFalse();
        (await outside.StoredByHour.AnyAsync(Ct)).ShouldBeFalse();
    }

    private static Variant Variant(TestOrganization place, Asset asset, int number) =>
        place.NewVariant(asset, string.Create(CultureInfo.InvariantCulture, $"{number:d64}"), 100 + number);

    /// <summary>Adds, changes, removes and takes back, each in a transaction of its own.</summary>
    private async Task WriteAsync(TestOrganization place, Asset asset, Random random)
    {
        for (var step = 0; step < 60; step++)
        {
            await using var db = registry.Registry.ForOrganization(place.OrganizationId);
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            var mine = db.Variants.Where(row => row.AssetId == asset.Id);
            var (store, size) = (Stores[random.Next(2)], random.Next(1000));
            switch (random.Next(4))
            {
                case 0:
                    await mine.Where(row => row.SizeBytes < size).ExecuteUpdateAsync(set => set.SetProperty(row => row.StorageProvider, store), Ct);
                    break;
                case 1:
                    await mine.Where(row => row.SizeBytes % 5 == size % 5).ExecuteDeleteAsync(Ct);
                    break;
                default:
                    db.AddRange(Enumerable.Range(0, 3).Select(n => place.NewVariant(asset, $"{random.NextInt64(long.MaxValue):d64}", size + n)));
                    await db.SaveChangesAsync(Ct);
                    break;
            }

            if (step % 6 == 5)
                await transaction.RollbackAsync(Ct);
            else
                await transaction.CommitAsync(Ct);
        }
    }

    private async Task FoldAsync(int most = 1000)
    {
        if (most == 1000)
        {
            await new FoldStoredChanges(registry.Registry, NullLogger<FoldStoredChanges>.Instance).RunAsync(Ct);
            return;
        }

        await using var db = registry.Registry.ForSystem();
        await db.Database.SqlQuery<long>($"SELECT fold_stored_changes({most}) AS \"Value\"").SingleAsync(Ct);
    }

    private async Task<long> RecountAsync(TestOrganization place) => (long)(await registry.AsOwnerAsync($"SELECT recount_stored('{place.OrganizationId}')"))!;

    private async Task<long> ChangesAsync(TestOrganization place) =>
        (long)(await registry.AsOwnerAsync($"SELECT count(*) FROM stored_changes WHERE organization_id = '{place.OrganizationId}'"))!;

    private async Task<object?> WrongAsync(TestOrganization place) => await registry.AsOwnerAsync(
        $"""
        SELECT count(*) FROM (
            SELECT store, tier FROM (
                SELECT storage_provider AS store, tier, 1 AS objects, size_bytes AS bytes FROM variants WHERE organization_id = '{place.OrganizationId}'
                UNION ALL SELECT storage_provider, tier, 1, size_bytes FROM asset_versions WHERE organization_id = '{place.OrganizationId}'
                UNION ALL SELECT store, tier, -objects, -bytes FROM stored_now WHERE organization_id = '{place.OrganizationId}') x
            GROUP BY store, tier HAVING sum(objects) <> 0 OR sum(bytes) <> 0) AS wrong
        """);

    private Task<List<(Guid Space, string Store, string Tier, long Objects, long Bytes)>> TotalsAsync(TestOrganization place) => ReadAsync(
        $"""
        SELECT space_id, store, tier, sum(objects)::bigint, sum(bytes)::bigint FROM stored_now WHERE organization_id = '{place.OrganizationId}'
        GROUP BY 1, 2, 3 HAVING sum(objects) <> 0 OR sum(bytes) <> 0 ORDER BY 1, 2, 3
        """);

    private Task<List<(Guid Space, string Store, string Tier, long Objects, long Bytes)>> SumsAsync(TestOrganization place) => ReadAsync(
        $"""
        SELECT space_id, storage_provider, tier, count(*), sum(size_bytes)::bigint FROM (
            SELECT space_id, storage_provider, tier, size_bytes FROM variants WHERE organization_id = '{place.OrganizationId}'
            UNION ALL SELECT space_id, storage_provider, tier, size_bytes FROM asset_versions WHERE organization_id = '{place.OrganizationId}') x
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """);

    private Task<List<(Guid Space, string Store, string Tier, long Objects, long Bytes)>> HoursAsync(TestOrganization place) => ReadAsync(
        $"""
        SELECT organization_id, store, extract(epoch FROM hour)::text, sum(objects)::bigint, 0::bigint FROM stored_by_hour
        WHERE organization_id = '{place.OrganizationId}' GROUP BY 1, 2, 3 HAVING sum(objects) <> 0 ORDER BY 1, 2, 3
        """);

    private Task<List<(Guid Space, string Store, string Tier, long Objects, long Bytes)>> HourSumsAsync(TestOrganization place) => ReadAsync(
        $"""
        SELECT organization_id, storage_provider, extract(epoch FROM date_trunc('hour', at))::text, count(*), 0::bigint FROM (
            SELECT organization_id, storage_provider, created_at AS at FROM variants WHERE organization_id = '{place.OrganizationId}'
            UNION ALL SELECT organization_id, storage_provider, uploaded_at FROM asset_versions WHERE organization_id = '{place.OrganizationId}') x
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """);

    private async Task<List<(Guid Space, string Store, string Tier, long Objects, long Bytes)>> ReadAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(registry.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        List<(Guid, string, string, long, long)> rows = [];
        while (await reader.ReadAsync(Ct))
            rows.Add((reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4)));
        return rows;
    }
}
