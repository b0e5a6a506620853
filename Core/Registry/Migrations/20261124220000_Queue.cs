using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>The queue's own schema; no entity of the model, so there is no snapshot beside it.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261124220000_Queue")]
internal sealed class Queue : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("queue");

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
