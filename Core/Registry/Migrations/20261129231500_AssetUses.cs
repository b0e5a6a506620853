using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ImageService.Core.Registry.Migrations;

/// <summary>When each asset was last used, in a table of its own; assets that are uploaded from here on have their row at once.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129231500_AssetUses")]
internal sealed class AssetUses : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "asset_uses",
            columns: table => new
            {
                asset_id = table.Column<Guid>(type: "uuid", nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                space_id = table.Column<Guid>(type: "uuid", nullable: false),
                last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_asset_uses", row => row.asset_id);
                table.ForeignKey(
                    name: "fk_asset_uses_assets_asset_id",
                    column: row => row.asset_id,
                    principalTable: "assets",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(
            name: "ix_asset_uses_space_id_last_used_at_asset_id", table: "asset_uses", columns: ["space_id", "last_used_at", "asset_id"]);
        migrationBuilder.Script("uses");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Migrations only go forward; restore a backup instead.");
}
