using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>The making of a preset's variants for assets already there has a row of its own: progress, and where to go on.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129050000_PresetGenerations")]
internal sealed class PresetGenerations : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "preset_generations",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                preset_id = table.Column<Guid>(type: "uuid", nullable: false),
                revision = table.Column<int>(type: "integer", nullable: false),
                state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                total = table.Column<int>(type: "integer", nullable: false),
                done = table.Column<int>(type: "integer", nullable: false),
                made = table.Column<int>(type: "integer", nullable: false),
                refused = table.Column<int>(type: "integer", nullable: false),
                last_asset_id = table.Column<Guid>(type: "uuid", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_preset_generations", row => row.id);
                table.CheckConstraint("ck_preset_generations_state", "state IN ('queued', 'running', 'done', 'stopped')");
                table.ForeignKey(
                    name: "fk_preset_generations_presets_organization_id_preset_id",
                    columns: row => new { row.organization_id, row.preset_id },
                    principalTable: "presets",
                    principalColumns: ["organization_id", "id"],
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(
            name: "ix_preset_generations_organization_id_preset_id_created_at", table: "preset_generations", columns: ["organization_id", "preset_id", "created_at"]);
        migrationBuilder.Script("generations");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Migrations only go forward; restore a backup instead.");
}
