using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>What an asset's version takes in each format at equal looks, as the worker measured it.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129113000_MeasuredEncodings")]
internal sealed class MeasuredEncodings : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<string>(name: "measured_encodings", table: "asset_versions", type: "jsonb", nullable: true);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
