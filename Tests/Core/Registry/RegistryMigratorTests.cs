using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

[Trait("Level", "Integration")]
public sealed class RegistryMigratorTests(PostgresServer postgres)
{
    [Fact]
    public async Task Of_several_who_migrate_a_database_that_is_not_there_yet_all_end_well_and_each_migration_runs_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = await postgres.StartPrivateAsync(ct);
        var fresh = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "fresh" }.ConnectionString;
        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => RegistryMigrator.MigrateAsync(fresh, ct), ct)));
        applied.Count(static migrations => migrations.Count > 0).ShouldBe(1);
        (await RegistryMigrator.MigrateAsync(fresh, ct)).ShouldBeEmpty();
        NpgsqlConnection.ClearAllPools();
    }
}
