using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Drawings that are laid over images, with their revisions, and the fonts of an organization.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129080000_Overlays")]
internal sealed class Overlays : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "overlays",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                tenant_id = table.Column<Guid>(type: "uuid", nullable: true),
                space_id = table.Column<Guid>(type: "uuid", nullable: true),
                slug = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                description = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                current_revision = table.Column<int>(type: "integer", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_overlays", row => row.id);
                table.UniqueConstraint("ak_overlays_organization_id_id", row => new { row.organization_id, row.id });
                table.CheckConstraint("ck_overlays_current_revision", "current_revision >= 1");
                table.CheckConstraint("ck_overlays_level", "space_id IS NULL OR tenant_id IS NOT NULL");
                table.CheckConstraint("ck_overlays_slug", "slug ~ '^[a-z0-9_]{1,100}$'");
                table.ForeignKey("fk_overlays_organizations_organization_id", row => row.organization_id, "organizations", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey(
                    name: "fk_overlays_tenants_organization_id_tenant_id",
                    columns: row => new { row.organization_id, row.tenant_id },
                    principalTable: "tenants",
                    principalColumns: ["organization_id", "id"],
                    onDelete: ReferentialAction.Cascade);
                table.ForeignKey(
                    name: "fk_overlays_spaces_organization_id_tenant_id_space_id",
                    columns: row => new { row.organization_id, row.tenant_id, row.space_id },
                    principalTable: "spaces",
                    principalColumns: ["organization_id", "tenant_id", "id"],
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(
            name: "ix_overlays_organization_id_tenant_id_space_id_slug",
            table: "overlays",
            columns: ["organization_id", "tenant_id", "space_id", "slug"],
            unique: true).Annotation("Npgsql:NullsDistinct", false);
        migrationBuilder.CreateTable(
            name: "overlay_revisions",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                overlay_id = table.Column<Guid>(type: "uuid", nullable: false),
                revision = table.Column<int>(type: "integer", nullable: false),
                elements = table.Column<string>(type: "jsonb", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_overlay_revisions", row => row.id);
                table.ForeignKey(
                    name: "fk_overlay_revisions_overlays_organization_id_overlay_id",
                    columns: row => new { row.organization_id, row.overlay_id },
                    principalTable: "overlays",
                    principalColumns: ["organization_id", "id"],
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(name: "ix_overlay_revisions_organization_id_overlay_id", table: "overlay_revisions", columns: ["organization_id", "overlay_id"]);
        migrationBuilder.CreateIndex(name: "ix_overlay_revisions_overlay_id_revision", table: "overlay_revisions", columns: ["overlay_id", "revision"], unique: true);
        migrationBuilder.CreateTable(
            name: "fonts",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                slug = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                family = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                style = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                scripts = table.Column<string[]>(type: "text[]", nullable: false),
                glyphs = table.Column<int>(type: "integer", nullable: false),
                size_bytes = table.Column<int>(type: "integer", nullable: false),
                content_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                content = table.Column<byte[]>(type: "bytea", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_fonts", row => row.id);
                table.CheckConstraint("ck_fonts_content_hash", "content_hash ~ '^[0-9a-f]{64}$'");
                table.CheckConstraint("ck_fonts_slug", "slug ~ '^[a-z0-9_]{1,100}$'");
                table.ForeignKey("fk_fonts_organizations_organization_id", row => row.organization_id, "organizations", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(name: "ix_fonts_organization_id_slug", table: "fonts", columns: ["organization_id", "slug"], unique: true);
        migrationBuilder.Script("overlays");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Migrations only go forward; restore a backup instead.");
}
