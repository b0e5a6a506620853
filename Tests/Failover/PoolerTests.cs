using System.Net;
using ImageService.Core.Registry;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Failover;

/// <summary>A real PgBouncer between the services and PostgreSQL: where it keeps sessions everything works, where it does not nothing starts.</summary>
[Trait("Level", "Integration")]
public sealed class PoolerTests(PostgresServer postgres, RedisServer redis)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_session_mode_images_are_served_changes_are_heard_and_the_role_is_the_services_own()
    {
        var servers = await StackServers.CreateAsync(postgres, redis, Ct);
        await using var pooler = await PgBouncer.StartAsync(servers.Registry, "session", Ct);
        await using var stack = await GatewayStack.StartAsync(servers with { Registry = pooler.ConnectionString });

        var asset = await (await stack.NewSpaceAsync()).AddAsync(width: 60, height: 40);
        (await stack.GetAsync(asset.Public("w_20.jpg"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await stack.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using (var who = stack.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT current_user"))
            (await who.ExecuteScalarAsync(Ct)).ShouldBe(RegistryConnection.ApplicationRole);

        var heard = new TaskCompletionSource<string>();
        using var subscription = stack.Services.GetRequiredService<Notices>().On("pooler_probe", payload => heard.TrySetResult(payload), static () => { });
        await Probe.UntilAsync(async () =>
        {
            await SqlAsync(servers.Registry, "SELECT pg_notify('pooler_probe', 'hello')");
            return heard.Task.IsCompleted;
        }, "a notice comes through the pooler");
        Directory.Delete(servers.Folder, recursive: true);
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("statement")]
    public async Task Where_sessions_are_shared_the_host_does_not_start_and_says_how_to_mend_it(string poolMode)
    {
        var servers = await StackServers.CreateAsync(postgres, redis, Ct);
        await using var pooler = await PgBouncer.StartAsync(servers.Registry, poolMode, Ct);

        var refusal = await Should.ThrowAsync<UnfitPoolerException>(() => GatewayStack.StartAsync(servers with { Registry = pooler.ConnectionString }));

        refusal.Message.ShouldContain("pool_mode = session");
        Directory.Delete(servers.Folder, recursive: true);
    }

    [Fact]
    public async Task Where_start_up_options_are_refused_the_message_names_the_setting()
    {
        var servers = await StackServers.CreateAsync(postgres, redis, Ct);
        await using var pooler = await PgBouncer.StartAsync(servers.Registry, "session", Ct, more: "");

        var refusal = await Should.ThrowAsync<UnfitPoolerException>(() => GatewayStack.StartAsync(servers with { Registry = pooler.ConnectionString }));

        refusal.Message.ShouldContain("ignore_startup_parameters = options");
        Directory.Delete(servers.Folder, recursive: true);
    }

    [Theory]
    [InlineData("transaction", "", false)]
    [InlineData("transaction", "server_round_robin = 1", false)]
    [InlineData("session", "", true)]
    public async Task Under_the_load_of_others_every_look_comes_to_the_same_answer(string poolMode, string more, bool isKept)
    {
        var owner = await postgres.CreateDatabaseAsync(
            "migrated", async database => await RegistryMigrator.MigrateAsync(database, CancellationToken.None), Ct);
        await using var pooler = await PgBouncer.StartAsync(owner, poolMode, Ct, $"ignore_startup_parameters = options,extra_float_digits\n{more}");
        using var enough = new CancellationTokenSource();
        var others = Enumerable.Range(0, 4).Select(_ => BusyAsync(pooler.ConnectionString, enough.Token)).ToList();

        for (var look = 0; look < 20; look++)
        {
            var builder = new NpgsqlDataSourceBuilder(pooler.ConnectionString);
            RegistryConnection.UseApplicationRole(builder);
            await using var source = builder.Build();
            var guard = new SessionGuard(source);
            if (isKept)
                await guard.ProveAsync(Ct);
            else
                await Should.ThrowAsync<UnfitPoolerException>(async () => await guard.ProveAsync(Ct));
            guard.IsProven.ShouldBe(isKept);
        }

        await enough.CancelAsync();
        await Task.WhenAll(others);
    }

    private static async Task BusyAsync(string connectionString, CancellationToken enough)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        while (!enough.IsCancellationRequested)
        {
            await using var command = new NpgsqlCommand("SELECT pg_sleep(0.001)", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private static async Task SqlAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
