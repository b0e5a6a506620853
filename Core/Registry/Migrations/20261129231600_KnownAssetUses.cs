using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>
/// Assets that were there before get their rows, with what their variants know. A migration of its own and outside a transaction, so that uploads go on
/// meanwhile, and one that was broken off is made again.
/// </summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129231600_KnownAssetUses")]
internal sealed class KnownAssetUses : Migration
{
    // Locked as the foreign key would lock them: one that is purged meanwhile is passed over.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        INSERT INTO asset_uses (asset_id, organization_id, space_id, last_used_at)
        SELECT a.id, a.organization_id, a.space_id, coalesce(
            (SELECT date_trunc('hour', max(v.last_accessed_at), 'UTC') FROM variants v WHERE v.asset_id = a.id), '-infinity')
        FROM assets a
        FOR KEY SHARE OF a
        ON CONFLICT DO NOTHING;
        """,
        suppressTransaction: true);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
