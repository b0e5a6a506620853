using System.Net;
using System.Text.Json.Nodes;
using ImageService.Core.Registry;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Failover;

/// <summary>The Api with a standby for its reports. What has not arrived there yet tells which of the two was asked.</summary>
[Trait("Level", "Integration")]
public sealed class StandbyReportsTests(RedisServer redis, PostgresServer postgres, ITestOutputHelper output) : IAsyncLifetime
{
    private PostgresPair _pair = null!;
    private StackServers _servers = null!;
    private GatewayStack _api = null!;
    private ApiClient _owner = null!;
    private string _root = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _pair = await PostgresPair.StartAsync(Ct);
        await RegistryMigrator.MigrateAsync(_pair.ConnectionString, Ct);
        _servers = new StackServers(Registry(_pair.Primary), await redis.GetConnectionStringAsync(Ct), StackServers.NewFolder());
        _api = await GatewayStack.StartAsync(
            _servers, new() { ["Access:PlatformKey"] = ApiFactory.PlatformKey, ["ConnectionStrings:standby"] = Registry(_pair.Standby) });
        var slug = $"t{Guid.CreateVersion7():n}";
        var created =
            await new ApiClient(_api.Http) { Key = ApiFactory.PlatformKey }.PostAsync("/v1/organizations", new { slug, name = "Test" }).OkAsync(201);
        _owner = new ApiClient(_api.Http) { Key = created.Text("apiKey") };
        _root = $"/v1/organizations/{slug}";
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _pair.DisposeAsync();
        Directory.Delete(_servers.Folder, recursive: true);
    }

    [Fact]
    public async Task Reports_are_read_from_the_standby_and_from_the_primary_while_it_is_behind_or_away()
    {
        await AddTenantAsync("first");
        await Probe.UntilAsync(async () => (await AuditedAsync()).Contains("first"), "the line has arrived at the standby");

        // Commits reach the standby, and are not seen there.
        await PostgresPair.AskAsync(_pair.Standby, "SELECT pg_wal_replay_pause()", Ct);
        await Probe.UntilAsync(async () => await PostgresPair.AskAsync(_pair.Standby, "SELECT pg_get_wal_replay_pause_state()", Ct) is "paused", "it waits");
        await AddTenantAsync("second");
        (await AuditedAsync()).ShouldNotContain("second", "the standby was asked");
        foreach (var report in new[] { "usage", "usage/cost", "usage/slowest", "usage?groupBy=tenant&tenant=second" })
            await _owner.GetAsync($"{_root}/{report}").OkAsync();
        (await _owner.GetAsync($"{_root}/tenants/second").OkAsync()).Text("slug").ShouldBe("second", "what is no report is read where it was written");

        var standby = _api.Services.GetRequiredService<RegistryStandby>();
        var usual = standby.MaxAge;
        standby.MaxAge = TimeSpan.Zero;
        (await AuditedAsync()).ShouldContain("second", "the standby is too far behind");
        standby.MaxAge = usual;
        (await AuditedAsync()).ShouldNotContain("second", "the standby was asked again");

        await PostgresPair.AskAsync(_pair.Standby, "SELECT pg_wal_replay_resume()", Ct);
        await Probe.UntilAsync(async () => (await AuditedAsync()).Contains("second"), "the line has arrived at the standby");

        await _pair.KillStandbyAsync();
        (await AuditedAsync()).ShouldContain("second", "the standby is away");
        foreach (var report in new[] { "usage", "usage/cost", "usage/slowest" })
            await _owner.GetAsync($"{_root}/{report}").OkAsync();
        using var ready = await _api.GetAsync("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK, "nothing else depends on the standby");
        output.WriteLine(_pair.Version);
    }

    [Theory]
    [InlineData("Hots=127.0.0.1")]
    [InlineData("Database=registry")]
    [InlineData("postgres://127.0.0.1/registry")]
    public async Task A_connection_string_that_is_none_stops_the_start_and_names_its_key(string text)
    {
        var servers = await StackServers.CreateAsync(postgres, redis, Ct);
        var problem = await Should.ThrowAsync<Exception>(() => GatewayStack.StartAsync(servers, new() { ["ConnectionStrings:standby"] = text }));
        problem.ToString().ShouldContain("ConnectionStrings:standby must be a connection string of PostgreSQL");
        Directory.Delete(servers.Folder, recursive: true);
    }

    private static string Registry(string server) => new NpgsqlConnectionStringBuilder(server) { Database = "registry", MaxPoolSize = 20 }.ConnectionString;

    private Task<JsonObject> AddTenantAsync(string slug) => _owner.PostAsync($"{_root}/tenants", new { slug, name = slug }).OkAsync(201);

    /// <summary>Names of the tenants whose making the audit log tells of.</summary>
    private async Task<string[]> AuditedAsync() =>
        [.. (await _owner.GetAsync($"{_root}/audit-logs?action=tenant.created").OkAsync()).Items().Select(static line => (string)line!["after"]!["slug"]!)];
}
