using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>What decoding an original takes, as measured when it was uploaded: the gate judges transforms by it.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129044000_DecodeCosts")]
internal sealed class DecodeCosts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<long>(name: "decode_bytes", table: "asset_versions", type: "bigint", nullable: true);
        migrationBuilder.AddColumn<int>(name: "decode_cpu_ms", table: "asset_versions", type: "integer", nullable: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
