using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ImageService.Core.Registry.Migrations;

/// <summary>Customers' own host names with the dialect of their URLs, and the names that assets had there.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129075000_Hosts")]
internal sealed class Hosts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "hosts",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                space_id = table.Column<Guid>(type: "uuid", nullable: false),
                hostname = table.Column<string>(type: "character varying(253)", maxLength: 253, nullable: false),
                dialect = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                protected_keys = table.Column<byte[]>(type: "bytea", nullable: true),
                allow_unsigned = table.Column<bool>(type: "boolean", nullable: false),
                lenient = table.Column<bool>(type: "boolean", nullable: false),
                challenge = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                verified_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_hosts", x => x.id);
                table.CheckConstraint("ck_hosts_dialect", "dialect IN ('native', 'imgproxy', 'thumbor', 'cloudinary', 'imgix', 'next', 'ipx', 'cloudflare')");
                table.CheckConstraint("ck_hosts_hostname", "hostname = lower(hostname)");
                table.ForeignKey(
                    name: "fk_hosts_spaces_organization_id_tenant_id_space_id",
                    columns: x => new { x.organization_id, x.tenant_id, x.space_id },
                    principalTable: "spaces",
                    principalColumns: ["organization_id", "tenant_id", "id"],
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            name: "aliases",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                space_id = table.Column<Guid>(type: "uuid", nullable: false),
                hostname = table.Column<string>(type: "character varying(253)", maxLength: 253, nullable: false),
                path = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: false),
                asset_id = table.Column<Guid>(type: "uuid", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_aliases", x => x.id);
                table.ForeignKey(
                    name: "fk_aliases_assets_organization_id_space_id_asset_id",
                    columns: x => new { x.organization_id, x.space_id, x.asset_id },
                    principalTable: "assets",
                    principalColumns: ["organization_id", "space_id", "id"],
                    onDelete: ReferentialAction.Cascade);
                table.ForeignKey(
                    name: "fk_aliases_spaces_organization_id_tenant_id_space_id",
                    columns: x => new { x.organization_id, x.tenant_id, x.space_id },
                    principalTable: "spaces",
                    principalColumns: ["organization_id", "tenant_id", "id"],
                    onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(name: "ix_hosts_hostname", table: "hosts", column: "hostname", unique: true, filter: "verified_at IS NOT NULL");
        migrationBuilder.CreateIndex(name: "ix_hosts_organization_id_tenant_id_space_id", table: "hosts", columns: ["organization_id", "tenant_id", "space_id"]);
        migrationBuilder.CreateIndex(name: "ix_hosts_space_id_hostname", table: "hosts", columns: ["space_id", "hostname"], unique: true);
        migrationBuilder.CreateIndex(name: "ix_aliases_organization_id_space_id_asset_id", table: "aliases", columns: ["organization_id", "space_id", "asset_id"]);
        migrationBuilder.CreateIndex(name: "ix_aliases_organization_id_tenant_id_space_id", table: "aliases", columns: ["organization_id", "tenant_id", "space_id"]);
        migrationBuilder.CreateIndex(name: "ix_aliases_space_id_hostname_path", table: "aliases", columns: ["space_id", "hostname", "path"], unique: true);
        migrationBuilder.Script("hosts");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Migrations only go forward; restore a backup instead.");
}
