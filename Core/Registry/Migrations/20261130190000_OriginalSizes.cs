using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>A space's originals between two sizes are found by their size, and not by reading all of them.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261130190000_OriginalSizes")]
internal sealed class OriginalSizes : Migration
{
    private const string Index = "ix_asset_versions_space_id_size_bytes_asset_id";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // The table stays writable meanwhile. An index that a broken run left invalid is made anew.
        migrationBuilder.Sql($"DROP INDEX CONCURRENTLY IF EXISTS {Index};", suppressTransaction: true);
        migrationBuilder.Sql($"CREATE INDEX CONCURRENTLY {Index} ON asset_versions (space_id, size_bytes, asset_id);", suppressTransaction: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
