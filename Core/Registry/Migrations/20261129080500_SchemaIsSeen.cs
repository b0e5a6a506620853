using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Lets the services see which migrations were applied, so that none calls itself ready on a schema that it does not fit.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129080500_SchemaIsSeen")]
internal sealed class SchemaIsSeen : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""GRANT SELECT ON "__EFMigrationsHistory" TO imageservice_app;""");

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
