using System.Text.RegularExpressions;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

/// <summary>
/// Servers of the release before go on while a migration runs and after it (CONTRIBUTING, "Changes to the database"): what their statements name stays, and
/// what they do not know need not be filled.
/// </summary>
[Trait("Level", "Unit")]
public sealed partial class ExpandOnlyTests
{
    /// <summary>Of the time before the first release, when no server of a release could run beside them.</summary>
    private static readonly HashSet<string> BeforeTheFirstRelease =
        new(StringComparer.Ordinal) { "20261124213515_Initial", "20261125002317_BindProviderSessions" };

    [Fact]
    public void Migrations_only_add()
    {
        var offenders = Migrations().Where(static migration => !BeforeTheFirstRelease.Contains(migration.Id))
            .SelectMany(static migration => migration.Operations.Select(operation => (migration.Id, Why: Offence(operation))))
            .Where(static offence => offence.Why is not null).Select(static offence => $"{offence.Id}: {offence.Why}");
        offenders.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ALTER TABLE assets DROP COLUMN folder")]
    [InlineData("ALTER TABLE assets RENAME COLUMN folder TO place")]
    [InlineData("ALTER TABLE assets ALTER COLUMN metadata SET NOT NULL")]
    [InlineData("ALTER TABLE assets ADD COLUMN place text NOT NULL")]
    [InlineData("ALTER TABLE assets ADD COLUMN a int, ADD place text NOT NULL")]
    [InlineData("DROP TABLE IF EXISTS fonts")]
    public void What_would_break_the_release_before_is_seen_in_sql(string sql) => Offence(new SqlOperation { Sql = sql }).ShouldNotBeNull();

    [Theory]
    [InlineData("ALTER TABLE assets ADD COLUMN place text NOT NULL DEFAULT ''")]
    [InlineData("ALTER TABLE assets ADD COLUMN place text")]
    [InlineData("CREATE TABLE places (id uuid NOT NULL PRIMARY KEY)")]
    [InlineData("DROP INDEX CONCURRENTLY IF EXISTS ix_places")]
    public void What_adds_is_not(string sql) => Offence(new SqlOperation { Sql = sql }).ShouldBeNull();

    private static IEnumerable<(string Id, IReadOnlyList<MigrationOperation> Operations)> Migrations()
    {
        using var source = NpgsqlDataSource.Create("Host=localhost;Database=registry");
        using var db = new RegistryDb(new DbContextOptionsBuilder<RegistryDb>().UseRegistry(source).Options);
        var migrations = db.GetService<IMigrationsAssembly>();
        foreach (var (id, type) in migrations.Migrations)
            yield return (id, migrations.CreateMigration(type, "Npgsql.EntityFrameworkCore.PostgreSQL").UpOperations);
    }

    private static string? Offence(MigrationOperation operation) => operation switch
    {
        DropTableOperation drop => $"drops the table {drop.Name}",
        DropColumnOperation drop => $"drops the column {drop.Table}.{drop.Name}",
        RenameTableOperation rename => $"renames the table {rename.Name}",
        RenameColumnOperation rename => $"renames the column {rename.Table}.{rename.Name}",
        AddColumnOperation { IsNullable: false, DefaultValue: null, DefaultValueSql: null, ComputedColumnSql: null } add =>
            $"adds {add.Table}.{add.Name}, which the release before does not fill",
        AlterColumnOperation { IsNullable: false, OldColumn.IsNullable: true } alter => $"demands {alter.Table}.{alter.Name}",
        SqlOperation sql when Breaking().Match(sql.Sql) is { Success: true } found => $"says '{found.Value}'",
        _ => null,
    };

    /// <summary>A column that must be filled is one that is added with neither null nor a default.</summary>
    [GeneratedRegex(
        @"\bDROP\s+(TABLE|COLUMN|SCHEMA|VIEW)\b|\bRENAME\b|\bSET\s+NOT\s+NULL\b"
        + @"|\bADD\s+(COLUMN\s+)?(IF\s+NOT\s+EXISTS\s+)?(?!CONSTRAINT\b)\w+\s+(?![^,;]*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Breaking();
}
