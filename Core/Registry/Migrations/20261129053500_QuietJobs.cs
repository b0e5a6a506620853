using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>The first table of the jobs' library, which it would otherwise miss with an error in the server's log.</summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261129053500_QuietJobs")]
internal sealed class QuietJobs : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("jobs");

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
