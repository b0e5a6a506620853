using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>What is due for another storage class is found by its class and its last use. What the default leaves hot for being small is in no index.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261201040000_TieringAtScale")]
internal sealed class TieringAtScale : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // The tables stay writable meanwhile. One that a broken run left invalid is made anew.
        Concurrently(
            "ix_asset_versions_tiering",
            "asset_versions (tier, greatest(original_read_at, uploaded_at), id) WHERE size_bytes >= 131072 AND intermediate_key IS NOT NULL");
        Concurrently("ix_asset_versions_needed", "asset_versions (id) WHERE tier <> 'hot' AND intermediate_key IS NULL");
        Concurrently("ix_variants_tiering", "variants (tier, greatest(last_accessed_at, created_at), id) WHERE size_bytes >= 131072");

        // The planner does not ask partial indexes what their expressions are like.
        migrationBuilder.Sql("CREATE STATISTICS IF NOT EXISTS st_asset_versions_last_use ON (greatest(original_read_at, uploaded_at)) FROM asset_versions;");
        migrationBuilder.Sql("CREATE STATISTICS IF NOT EXISTS st_variants_last_use ON (greatest(last_accessed_at, created_at)) FROM variants;");
        migrationBuilder.Sql("ANALYZE asset_versions, variants, asset_tags;");

        void Concurrently(string name, string what)
        {
            migrationBuilder.Sql($"DROP INDEX CONCURRENTLY IF EXISTS {name};", suppressTransaction: true);
            migrationBuilder.Sql($"CREATE INDEX CONCURRENTLY {name} ON {what};", suppressTransaction: true);
        }
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
