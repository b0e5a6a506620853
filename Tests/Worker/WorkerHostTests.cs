using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using ImageService.Worker;
using ImageService.Worker.Jobs;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

/// <summary>The whole worker on real servers.</summary>
[Trait("Level", "Integration")]
[Collection(JobTables.Collection)]
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
        string[] jobs = ["warn-of-quotas", "rescue-webhooks", "retire-signing-keys", "roll-up-usage", "expire-uploads", "purge-deleted", "purge-expired",
            "prune-variants", "tier-assets", "sweep-orphans", "fold-stored-changes", "recount-stored"];
        jobs.Where(job => !html.Contains(job, StringComparison.Ordinal)).ShouldBeEmpty();

        var health = JsonNode.Parse(await client.GetStringAsync("/health/ready", Ct))!;
        health["checks"]!.AsObject().Select(check => check.Key).ShouldBe(["database", "cache", "storage", "queue"], ignoreOrder: true);
        ((string?)health["status"]).ShouldBe("ready");
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("X-Nothing", "a program without the page's token")]
    public async Task No_other_site_can_make_a_browser_change_jobs_or_show_the_dashboard(string header, string value)
    {
        using var client = CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/hangfire/recurring/remove")
        { Content = new FormUrlEncodedContent([new("jobs[]", "sweep-orphans")]) };
        request.Headers.Authorization = Basic("operator", PlatformKey);
        request.Headers.TryAddWithoutValidation(header, value);
        using var refused = await client.SendAsync(request, Ct);
        ((int)refused.StatusCode).ShouldBeInRange(400, 403);
        refused.Headers.GetValues("Content-Security-Policy").ShouldContain(policy => policy.Contains("frame-ancestors 'none'", StringComparison.Ordinal));
        refused.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
        Jobs().ShouldContain("sweep-orphans");
    }

    [Fact]
    public async Task A_worker_starts_though_one_that_hangs_holds_the_lock_of_a_schedule()
    {
        using var first = CreateClient();
        using var hanging = Services.GetRequiredService<JobStorage>().GetConnection();
        using var held = hanging.AcquireDistributedLock("lock:recurring-job:warn-of-quotas", TimeSpan.FromSeconds(5));
        await using var other = WithWebHostBuilder(_ => { });
        using var second = other.CreateClient();
        using var answer = await second.GetAsync("/health/live", Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void A_recurring_job_that_was_removed_comes_back_and_the_others_are_left_alone()
    {
        var jobs = Services.GetRequiredService<IRecurringJobManager>();
        var keeper = Services.GetServices<IHostedService>().OfType<ScheduleKeeper>().Single();
        keeper.Restore().ShouldBeEmpty();
        jobs.RemoveIfExists("purge-deleted");
        Jobs().ShouldNotContain("purge-deleted");
        keeper.Restore().ShouldBe(["purge-deleted"]);
        Jobs().ShouldContain("purge-deleted");
    }

    private HashSet<string> Jobs()
    {
        using var connection = Services.GetRequiredService<JobStorage>().GetConnection();
        return connection.GetAllItemsFromSet("recurring-jobs");
    }

    [Fact]
    public async Task A_fact_its_message_and_its_job_are_one_trace()
    {
        using var client = CreateClient();
        var registry = Services.GetRequiredService<RegistryFactory>();
        var organization = Guid.CreateVersion7();
        using var trace = new RecordedTrace("ImageService");
        using (var upload = new Activity("upload").SetIdFormat(ActivityIdFormat.W3C)
            .SetParentId(trace.Context.TraceId, trace.Context.SpanId, ActivityTraceFlags.Recorded).Start())
        {
            await using var db = registry.ForOrganization(organization);
            db.Publish(new AssetUploaded(organization, Guid.CreateVersion7(), 1), DateTimeOffset.UtcNow);
            await db.SaveChangesAsync(Ct);
        }

        await Probe.UntilAsync(() => trace.Has("consume asset_uploaded") && trace.Has("job GenerateIntermediate"), "the job has run");
        trace.Span("job GenerateIntermediate").ParentSpanId.ShouldBe(trace.Span("consume asset_uploaded").SpanId);
    }

    [Fact]
    public async Task An_upload_is_measured_once_for_every_format()
    {
        using var client = CreateClient();
        var (organization, asset) = await UploadAsync(Pictures.Jpeg(320, 240, seed: 77));
        await using var source = NpgsqlDataSource.Create(_registry);
        await using var row = source.CreateCommand($"SELECT measured_encodings::text, xmin::text FROM asset_versions WHERE asset_id = '{asset}'");
        await Probe.UntilAsync(async () => await row.ExecuteScalarAsync(Ct) is string, "it is measured");
        var (measured, written) = await ReadAsync();
        foreach (var format in (ImageFormat[])[ImageFormat.Jpg, ImageFormat.Webp, ImageFormat.Avif])
            measured.QualityOf(format).ShouldNotBeNull().ShouldBeInRange(1, 100);
        measured.Order.Count.ShouldBeGreaterThan(2);

        await using (var scope = Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<MeasureEncodings>().RunAsync(organization, asset, 1, null, Ct);
        (await ReadAsync()).Written.ShouldBe(written);

        async Task<(MeasuredEncodings Measured, string Written)> ReadAsync()
        {
            await using var reader = await row.ExecuteReaderAsync(Ct);
            (await reader.ReadAsync(Ct)).ShouldBeTrue();
            return (MeasuredEncodings.Read(reader.GetString(0)).ShouldNotBeNull(), reader.GetString(1));
        }
    }

    [Fact]
    public async Task The_process_listens_on_one_connection()
    {
        using var client = CreateClient();
        await using var source = NpgsqlDataSource.Create(_registry);
        await using var command = source.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND (query ILIKE 'LISTEN%' OR query = 'SELECT 1')");
        await Probe.UntilAsync(async () => (long)(await command.ExecuteScalarAsync(Ct))! == 1, "one connection listens");
    }

    [Fact]
    public async Task An_idle_worker_asks_the_database_a_few_times_a_second_at_most()
    {
        using var client = CreateClient();
        await client.GetStringAsync("/health/ready", Ct);
        await using var source = NpgsqlDataSource.Create(_registry);
        using var statements = new CountedStatements(source);

        // The end of the start: servers announce themselves, first looks at every queue.
        await Probe.UntilAsync(
            async () =>
            {
                var before = statements.All.Count;
                await Task.Delay(TimeSpan.FromSeconds(1), Ct); // what is measured
                return statements.All.Count - before <= 5; // the beat of notices, and one round of what looks around every few seconds
            },
            "the worker is idle");
    }

    /// <summary>An original as an upload leaves it: its rows, its object and its fact.</summary>
    private async Task<(Guid Organization, Guid Asset)> UploadAsync(byte[] jpeg)
    {
        var now = DateTimeOffset.UtcNow;
        var hash = Convert.ToHexStringLower(SHA256.HashData(jpeg));
        var organization = new Organization { Slug = $"t{Guid.CreateVersion7():n}", Name = "Test", CreatedAt = now, UpdatedAt = now };
        var tenant = new Tenant { OrganizationId = organization.Id, Slug = "site", Name = "Site", CreatedAt = now, UpdatedAt = now };
        var space = new Space { OrganizationId = organization.Id, TenantId = tenant.Id, Slug = "open", Name = "Open", CreatedAt = now, UpdatedAt = now };
        var asset = new Asset
        {
            OrganizationId = organization.Id, TenantId = tenant.Id, SpaceId = space.Id, ContentHash = hash, Filename = "a.jpg",
            Access = AssetAccess.Public, Tags = [], UploadedAt = now, UpdatedAt = now
        };
        var key = ObjectKey.Original(organization.Id, asset.Id, 1);
        asset.Versions.Add(new AssetVersion
        {
            OrganizationId = organization.Id, SpaceId = space.Id, AssetId = asset.Id, Version = 1, ContentHash = hash, StorageKey = key,
            StorageProvider = "file", SizeBytes = jpeg.Length, Format = "jpg", Width = 320, Height = 240, HasAlpha = false, Frames = 1, UploadedAt = now,
        });
        await using (var content = new MemoryStream(jpeg))
            await Services.GetRequiredService<IObjectStore>().PutAsync(key, content, "image/jpeg", Ct);
        await using var db = Services.GetRequiredService<RegistryFactory>().ForOrganization(organization.Id);
        db.AddRange(organization, tenant, space, asset);
        db.Publish(new AssetUploaded(organization.Id, asset.Id, 1), now);
        await db.SaveChangesAsync(Ct);
        return (organization.Id, asset.Id);
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

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, AuthenticationHeaderValue? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hangfire/");
        request.Headers.Authorization = authorization;
        using var answer = await client.SendAsync(request, Ct);
        return answer.StatusCode;
    }
}
