using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ImageService.Core.Registry.Migrations;

/// <summary>What people see of their organization: layers, saved bytes and errors, purges at caches in front, notices of changes, and who runs the installation.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129073600_PortalFigures")]
internal sealed class PortalFigures : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var counter in new[] { "memory_hits", "redis_hits", "storage_hits", "misses", "original_bytes", "errors" })
            migrationBuilder.AddColumn<long>(name: counter, table: "usage_hours", type: "bigint", nullable: false, defaultValue: 0L);
        migrationBuilder.AddColumn<bool>(name: "is_administrator", table: "users", type: "boolean", nullable: false, defaultValue: false);
        migrationBuilder.CreateTable(
            name: "edge_purges",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                provider = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                attempts = table.Column<int>(type: "integer", nullable: false),
                tags = table.Column<string[]>(type: "text[]", nullable: false),
                problem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_edge_purges", x => new { x.id, x.provider });
                table.CheckConstraint("ck_edge_purges_state", "state IN ('done', 'failed')");
                table.ForeignKey(
                    name: "fk_edge_purges_organizations_organization_id",
                    column: x => x.organization_id,
                    principalTable: "organizations",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(name: "ix_edge_purges_organization_id_id_provider", table: "edge_purges", columns: ["organization_id", "id", "provider"]);
        migrationBuilder.CreateIndex(name: "ix_edge_purges_created_at", table: "edge_purges", column: "created_at");
        migrationBuilder.Script("changes");

        // Large tables stay writable meanwhile. One that a broken run left invalid is made anew.
        Concurrently("ix_variants_organization_id_processing_time_ms", "variants (organization_id, processing_time_ms)");
        Concurrently("ix_assets_space_id_filename_id", "assets (space_id, filename, id) WHERE deleted_at IS NULL");

        void Concurrently(string name, string what)
        {
            migrationBuilder.Sql($"DROP INDEX CONCURRENTLY IF EXISTS {name};", suppressTransaction: true);
            migrationBuilder.Sql($"CREATE INDEX CONCURRENTLY {name} ON {what};", suppressTransaction: true);
        }
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Migrations only go forward; restore a backup instead.");
}
