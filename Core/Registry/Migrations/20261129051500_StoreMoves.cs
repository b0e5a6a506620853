using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ImageService.Core.Registry.Migrations;

/// <summary>Moves between stores, and when an original was read from a colder class.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129051500_StoreMoves")]
internal sealed class StoreMoves : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<DateTimeOffset>(name: "original_read_at", table: "asset_versions", type: "timestamp with time zone", nullable: true);
        migrationBuilder.CreateTable(
            name: "store_moves",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                tenant_id = table.Column<Guid>(type: "uuid", nullable: true),
                space_id = table.Column<Guid>(type: "uuid", nullable: true),
                store = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                sources = table.Column<string[]>(type: "text[]", nullable: false),
                state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                assets = table.Column<long>(type: "bigint", nullable: false),
                bytes = table.Column<long>(type: "bigint", nullable: false),
                done = table.Column<long>(type: "bigint", nullable: false),
                done_bytes = table.Column<long>(type: "bigint", nullable: false),
                failed = table.Column<long>(type: "bigint", nullable: false),
                problem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                created_by = table.Column<Guid>(type: "uuid", nullable: true),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                copied_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                leased_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                leased_by = table.Column<Guid>(type: "uuid", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_store_moves", x => x.id);
                table.CheckConstraint("ck_store_moves_state", "state IN ('queued', 'copying', 'cleaning', 'done', 'stopped', 'failed')");
                table.ForeignKey(
                    name: "fk_store_moves_organizations_organization_id",
                    column: x => x.organization_id,
                    principalTable: "organizations",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(name: "ix_store_moves_organization_id", table: "store_moves", column: "organization_id");
        migrationBuilder.CreateIndex(
            name: "ix_store_moves_updated_at", table: "store_moves", column: "updated_at", filter: "state IN ('queued', 'copying', 'cleaning')");
        migrationBuilder.Sql("SELECT protect_by_organization('store_moves', 'SELECT, INSERT, UPDATE, DELETE');");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Migrations only go forward; restore a backup instead.");
}
