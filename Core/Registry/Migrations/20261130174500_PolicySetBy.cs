using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Who set a policy's value; null for values that were set before.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261130174500_PolicySetBy")]
internal sealed class PolicySetBy : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<string>(
        name: "updated_by", table: "policies", type: "character varying(255)", maxLength: 255, nullable: true);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
