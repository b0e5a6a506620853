using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Lets originals and variants be JPEG XL.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129110000_JpegXl")]
internal sealed class JpegXl : Migration
{
    // A check that is not yet validated holds for every new row; older rows fit the narrower one.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        ALTER TABLE asset_versions DROP CONSTRAINT ck_asset_versions_format;
        ALTER TABLE asset_versions ADD CONSTRAINT ck_asset_versions_format
            CHECK (format IN ('jpg', 'png', 'webp', 'gif', 'avif', 'tiff', 'heic', 'svg', 'jxl')) NOT VALID;
        ALTER TABLE variants DROP CONSTRAINT ck_variants_format;
        ALTER TABLE variants ADD CONSTRAINT ck_variants_format CHECK (format IN ('jpg', 'png', 'webp', 'avif', 'gif', 'jxl')) NOT VALID;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
