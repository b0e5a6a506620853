using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>
/// For ten million variants of a million assets: sums of bytes by space, store and class are read from an index alone, each space its own part of it; what
/// nobody ever fetched is found by its age; a folder is listed in its own order.
/// </summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261130104500_RegistryAtScale")]
internal sealed class RegistryAtScale : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // The tables stay writable meanwhile. One that a broken run left invalid is made anew.
        Concurrently(
            "ix_variants_organization_id_space_id", "variants (organization_id, space_id) INCLUDE (storage_provider, tier, size_bytes, created_at)");
        Concurrently("ix_variants_unused", "variants (created_at, id) WHERE access_count = 0 AND last_accessed_at IS NULL");
        Concurrently("ix_assets_space_id_folder_id", "assets (space_id, folder, id) WHERE deleted_at IS NULL");

        void Concurrently(string name, string what)
        {
            migrationBuilder.Sql($"DROP INDEX CONCURRENTLY IF EXISTS {name};", suppressTransaction: true);
            migrationBuilder.Sql($"CREATE INDEX CONCURRENTLY {name} ON {what};", suppressTransaction: true);
        }
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
