using ImageService.Tests.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

[Trait("Level", "Integration")]
public sealed class ServersTests(PostgresServer postgres, RedisServer redis)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_caller_gets_an_empty_database_of_its_own()
    {
        var first = await postgres.CreateDatabaseAsync(Ct);
        var second = await postgres.CreateDatabaseAsync(Ct);

        await ExecuteAsync(first, "CREATE TABLE marks (id int)");

        (await ExecuteAsync(second, "SELECT to_regclass('marks') IS NULL")).ShouldBe(true);
        (await ExecuteAsync(second, "SHOW server_encoding")).ShouldBe("UTF8");
    }

    [Fact]
    public async Task A_template_is_prepared_once_and_copied_for_each_caller()
    {
        var prepared = 0;
        var copies = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => postgres.CreateDatabaseAsync("servers-test", PrepareAsync, Ct)));

        prepared.ShouldBe(1);
        copies.Distinct().Count().ShouldBe(3);
        foreach (var copy in copies)
            (await ExecuteAsync(copy, "SELECT count(*) FROM marks")).ShouldBe(1L);

        async Task PrepareAsync(string connectionString)
        {
            Interlocked.Increment(ref prepared);
            await ExecuteAsync(connectionString, "CREATE TABLE marks (id int); INSERT INTO marks VALUES (1)");
        }
    }

    [Fact]
    public async Task A_killed_server_keeps_what_was_committed_when_it_starts_again()
    {
        await using var own = await postgres.StartPrivateAsync(Ct);
        await ExecuteAsync(own.ConnectionString, "CREATE TABLE marks (id int); INSERT INTO marks VALUES (7)");

        await own.KillAsync();
        await Should.ThrowAsync<NpgsqlException>(() => ExecuteAsync(own.ConnectionString, "SELECT 1"));
        await own.StartAsync();

        (await ExecuteAsync(own.ConnectionString, "SELECT id FROM marks")).ShouldBe(7);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync(Ct)) { Password = "wrong", Pooling = false };

        var refusal = await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(database.ConnectionString, "SELECT 1"));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task The_cache_server_runs_scripts_and_wants_its_password()
    {
        var connectionString = await redis.GetConnectionStringAsync(Ct);
        await using var multiplexer = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(connectionString);

        ((int)await multiplexer.GetDatabase().ScriptEvaluateAsync("return 6 * 7")).ShouldBe(42);
        await Should.ThrowAsync<StackExchange.Redis.RedisConnectionException>(
            () => StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(connectionString.Replace("password=", "password=not", StringComparison.Ordinal)));
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Ct);
    }
}
