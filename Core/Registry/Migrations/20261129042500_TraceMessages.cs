using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Messages carry the trace of their writer, and the queue's table tells of new ones by itself.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129042500_TraceMessages")]
internal sealed class TraceMessages : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>(name: "trace_parent", table: "outbox_messages", type: "character varying(55)", maxLength: 55, nullable: true);
        migrationBuilder.Script("messages");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
