using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>What the service made of an original is compared with what it wrote, like the original itself. Rows of before have no hash and are not compared.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129051500_DerivedHashes")]
internal sealed class DerivedHashes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>(name: "intermediate_hash", table: "asset_versions", type: "character varying(64)", maxLength: 64, nullable: true);
        migrationBuilder.AddColumn<string>(name: "working_copy_hash", table: "asset_versions", type: "character varying(64)", maxLength: 64, nullable: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
