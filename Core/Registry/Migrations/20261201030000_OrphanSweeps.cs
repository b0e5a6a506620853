using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ImageService.Core.Registry.Migrations;

/// <summary>How far the sweep for objects without a row has come, so that a run can end and the next one go on.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261201030000_OrphanSweeps")]
internal sealed class OrphanSweeps : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "orphan_sweeps",
            columns: table => new
            {
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                store = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                after = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: true),
                finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_orphan_sweeps", row => new { row.organization_id, row.store });
                table.ForeignKey(
                    name: "fk_orphan_sweeps_organizations_organization_id",
                    column: row => row.organization_id,
                    principalTable: "organizations",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.Sql("SELECT protect_by_organization('orphan_sweeps', 'SELECT, INSERT, UPDATE, DELETE');");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Migrations only go forward; restore a backup instead.");
}
