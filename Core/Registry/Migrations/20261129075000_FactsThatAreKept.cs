using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>Changes to people, sessions, memberships, identity providers and webhooks are told to nobody: no process keeps them in memory.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129075000_FactsThatAreKept")]
internal sealed class FactsThatAreKept : Migration
{
    private static readonly string[] Tables = ["members", "identity_providers", "webhooks", "user_sessions", "users"];

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var table in Tables)
            migrationBuilder.Sql($"DROP TRIGGER notify_fact ON {table};");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
