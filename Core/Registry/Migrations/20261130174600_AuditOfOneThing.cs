using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Audit lines of one thing are found by its id, and not by reading the whole log.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261130174600_AuditOfOneThing")]
internal sealed class AuditOfOneThing : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // The log stays writable meanwhile. An index that a broken run left invalid is made anew.
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY IF EXISTS ix_audit_logs_resource;", suppressTransaction: true);
        migrationBuilder.Sql(
            "CREATE INDEX CONCURRENTLY ix_audit_logs_resource ON audit_logs (organization_id, resource_id text_pattern_ops);", suppressTransaction: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
