using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

/// <summary>What was there before a migration that keeps something beside it.</summary>
[Trait("Level", "Integration")]
public sealed class BackfillTests(PostgresServer postgres)
{
    private const string Before = "20261130190000_OriginalSizes";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_of_the_release_before_are_counted_and_their_tags_noted_also_when_the_migration_runs_twice()
    {
        await using var server = await postgres.StartPrivateAsync(Ct);
        var owner = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "older" }.ConnectionString;
        await using var source = NpgsqlDataSource.Create(owner);
        await using var old = new RegistryDb(new DbContextOptionsBuilder<RegistryDb>().UseRegistry(source).Options) { IsSystem = true };
        await old.GetService<IMigrator>().MigrateAsync(Before, Ct);
        await FillAsync(source);

        (await RegistryMigrator.MigrateAsync(owner, Ct)).ShouldContain("20261201010100_CountStored");
        await HoldsAsync();
        await ExecuteAsync(
            source, "DELETE FROM \"__EFMigrationsHistory\" WHERE migration_id IN ('20261201010100_CountStored', '20261201020100_KnownAssetTags')");
        (await RegistryMigrator.MigrateAsync(owner, Ct)).Count.ShouldBe(2);
        await HoldsAsync();
        NpgsqlConnection.ClearAllPools();

        async Task HoldsAsync()
        {
            (await ExecuteAsync(source, "SELECT string_agg(concat_ws(' ', store, tier, objects, bytes), ', ' ORDER BY store, tier) FROM stored_totals"))
                .ShouldBe("file cold 3000 3000000, s3 hot 3000 30000");
            (await ExecuteAsync(source, "SELECT sum(objects)::bigint FROM stored_hours")).ShouldBe(6000L);
            (await ExecuteAsync(source, "SELECT count(*) FROM asset_tags WHERE tag = 'all'")).ShouldBe(3000L);
            (await ExecuteAsync(source, "SELECT count(*) FROM asset_tags")).ShouldBe(6000L);
        }
    }

    private static Task<object?> FillAsync(NpgsqlDataSource source) => ExecuteAsync(
        source,
        """
        INSERT INTO organizations (id, slug, name, created_at, updated_at) VALUES ('00000000-0000-7000-8000-000000000001', 'acme', 'Acme', now(), now());
        INSERT INTO tenants (id, organization_id, slug, name, created_at, updated_at)
        SELECT '00000000-0000-7000-8000-000000000002', id, 'site', 'Site', now(), now() FROM organizations;
        INSERT INTO spaces (id, organization_id, tenant_id, slug, name, created_at, updated_at)
        SELECT '00000000-0000-7000-8000-000000000003', organization_id, id, 'open', 'Open', now(), now() FROM tenants;
        INSERT INTO assets (id, organization_id, tenant_id, space_id, current_version, content_hash, is_duplicate, filename, folder, tags, access, metadata,
            variant_generation, uploaded_at, updated_at)
        SELECT md5('a' || n)::uuid, s.organization_id, s.tenant_id, s.id, 1, repeat(md5('a' || n), 2), false, 'a.jpg', '/', ARRAY['all', 't' || n], 'public',
            '{}', 0, now(), now()
        FROM spaces s, generate_series(1, 3000) n;
        INSERT INTO asset_versions (id, organization_id, space_id, asset_id, version, storage_key, storage_provider, intermediate_width, intermediate_height,
            tier, size_bytes, content_hash, format, width, height, has_alpha, frames, palette, uploaded_at)
        SELECT id, organization_id, space_id, id, 1, id::text, 'file', 0, 0, 'cold', 1000, content_hash, 'jpg', 10, 10, false, 1, '{}',
            now() - random() * interval '90 days'
        FROM assets;
        INSERT INTO variants (id, organization_id, space_id, asset_id, version, operations, operations_hash, format, storage_key, storage_provider, size_bytes,
            content_hash, width, height, processing_time_ms, tier, access_count, created_at)
        SELECT id, organization_id, space_id, id, 1, 'w_1', content_hash, 'jpg', id::text, 's3', 10, content_hash, 1, 1, 1, 'hot', 0, now() FROM assets;
        """);

    private static async Task<object?> ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }
}
