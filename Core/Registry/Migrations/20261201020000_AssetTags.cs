using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ImageService.Core.Registry.Migrations;

/// <summary>The tags of assets in the order of lists; those that are given from here on have their rows at once.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261201020000_AssetTags")]
internal sealed class AssetTags : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "asset_tags",
            columns: table => new
            {
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                tag = table.Column<string>(type: "text", nullable: false),
                asset_id = table.Column<Guid>(type: "uuid", nullable: false),
                space_id = table.Column<Guid>(type: "uuid", nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_asset_tags", row => new { row.organization_id, row.tag, row.asset_id }));
        migrationBuilder.CreateIndex(name: "ix_asset_tags_space_id_tag_asset_id", table: "asset_tags", columns: ["space_id", "tag", "asset_id"]);
        migrationBuilder.Script("tags");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Migrations only go forward; restore a backup instead.");
}
