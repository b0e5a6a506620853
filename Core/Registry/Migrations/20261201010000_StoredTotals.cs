using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Totals of what is stored, so that usage and cost need not read every row.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261201010000_StoredTotals")]
internal sealed class StoredTotals : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("stored");

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
