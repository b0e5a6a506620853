using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Whether an asset's version carries Content Credentials, and where; null for versions that were uploaded before.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129231500_ContentCredentials")]
internal sealed class ContentCredentials : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<bool>(name: "has_content_credentials", table: "asset_versions", type: "boolean", nullable: true);
        migrationBuilder.AddColumn<string>(
            name: "content_credentials_place", table: "asset_versions", type: "character varying(20)", maxLength: 20, nullable: true);
        migrationBuilder.AddColumn<long>(name: "content_credentials_bytes", table: "asset_versions", type: "bigint", nullable: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
