using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using ImageService.Worker;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

/// <summary>The whole worker on real servers.</summary>
[Trait("Level", "Integration")]
public sealed class WorkerHostTests(PostgresServer postgres, RedisServer redis) : WebApplicationFactory<AssemblyMarker>, IAsyncLifetime
{
    private const string PlatformKey = "platform_0123456789abcdef0123456789abcdef";

    private readonly PrivateFolder _folder = new("worker");
    private string _registry = "";
    private string _cache = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await postgres.CreateDatabaseAsync("migrated", owner => RegistryMigrator.MigrateAsync(owner, CancellationToken.None), Ct);
        _registry = new NpgsqlConnectionStringBuilder(_registry) { MaxPoolSize = 40 }.ConnectionString;
        _cache = await redis.GetConnectionStringAsync(Ct);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_dashboard_opens_to_the_platform_key_alone()
    {
        using var client = CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        (await StatusAsync(client, null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client, Basic("operator", "wrong"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client, Basic(PlatformKey, ""))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client, new AuthenticationHeaderValue("Basic", "%%%"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client, new AuthenticationHeaderValue("Bearer", PlatformKey))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client, Basic("operator", PlatformKey))).ShouldBe(HttpStatusCode.OK);

        using var challenged = await client.GetAsync("/hangfire", Ct);
        challenged.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Basic");
    }

    [Fact]
    public async Task Every_recurring_job_is_scheduled_and_the_worker_is_ready()
    {
        using var client = CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hangfire/recurring");
        request.Headers.Authorization = Basic("operator", PlatformKey);
        using var page = await client.SendAsync(request, Ct);
        var html = await page.Content.ReadAsStringAsync(Ct);
        string[] jobs = ["warn-of-quotas", "rescue-webhooks", "retire-signing-keys", "roll-up-usage", "expire-uploads", "purge-deleted", "purge-expired", "prune-variants", "tier-assets", "sweep-orphans"];
        jobs.Where(job => !html.Contains(job, StringComparison.Ordinal)).ShouldBeEmpty();

        var health = JsonNode.Parse(await client.GetStringAsync("/health/ready", Ct))!;
        health["checks"]!.AsObject().Select(check => check.Key).ShouldBe(["database", "cache", "storage", "queue"], ignoreOrder: true);
        ((string?)health["status"]).ShouldBe("ready");
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:registry", _registry);
        builder.UseSetting("ConnectionStrings:cache", _cache);
        builder.UseSetting("Storage:Root", _folder.Next());
        builder.UseSetting("Access:PlatformKey", PlatformKey);
        builder.ConfigureLogging(logging => logging.ClearProviders());
    }

    private static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, AuthenticationHeaderValue? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hangfire/");
        request.Headers.Authorization = authorization;
        using var answer = await client.SendAsync(request, Ct);
        return answer.StatusCode;
    }
}
