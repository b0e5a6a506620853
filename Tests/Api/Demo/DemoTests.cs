using System.Text.Json.Nodes;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Demo;

[Trait("Level", "Integration")]
public sealed class DemoTests(DemoTests.DemoApi api) : IClassFixture<DemoTests.DemoApi>
{
    [Fact]
    public async Task Everything_the_summary_names_works()
    {
        var summary = await api.SummaryAsync();
        (summary.Text("organization"), summary.Text("tenant"), (string?)summary["spaces"]!["public"],
            (string?)summary["spaces"]!["private"]).ShouldBe(("acme", "website", "marketing", "confidential"));
        var key = api.WithKey(summary.Text("apiKey"));
        (await key.GetAsync("/v1/organizations/acme").OkAsync()).Text("id").ShouldBe(summary.Text("organizationId"));
        (await key.GetAsync("/v1/organizations/acme/tenants/website").OkAsync()).Text("id").ShouldBe(summary.Text("tenantId"));
        (await key.GetAsync("/v1/organizations/acme/presets").OkAsync()).Items().Count.ShouldBeGreaterThanOrEqualTo(3);
        (await key.GetAsync("/v1/assets?tenant=website&space=marketing").OkAsync()).Items().Count.ShouldBe(3);
        var policies = (await key.GetAsync("/v1/organizations/acme/policies").OkAsync()).Items();
        foreach (var limit in (string[])["rate_limit_requests", "api_rate_limit_requests"])
            ((long)policies.Single(policy => (string?)policy!["key"] == limit)!["effective"]!).ShouldBe(1_000_000);
        var session = await api.Anonymous()
            .PostAsync("/v1/sessions", new { email = summary.Text("portalUser"), password = summary.Text("portalPassword") }).OkAsync(201);
        ((string?)(await api.WithSession(session.Text("token")).GetAsync("/v1/me").OkAsync())["memberships"]![0]!["role"]).ShouldBe("owner");
        foreach (var url in (string[])[summary.Text("publicUrl"), summary.Text("signedUrl")])
        {
            using var image = await api.Anonymous().GetAsync(new Uri(url).PathAndQuery);
            ((int)image.StatusCode).ShouldBe(200, url);
            image.Content.Headers.ContentType!.MediaType.ShouldBe("image/webp");
        }
    }

    [Fact]
    public async Task A_second_start_finds_everything_and_keeps_the_key()
    {
        var first = await api.SummaryAsync();
        File.Delete(api.SummaryFile);
        await using var again = api.StartAgain();
        using var client = again.CreateClient();
        var second = await api.SummaryAsync();
        second.Text("apiKey").ShouldBe(first.Text("apiKey"));
        second.Text("publicUrl").ShouldBe(first.Text("publicUrl"));
        (await api.WithKey(second.Text("apiKey")).GetAsync("/v1/assets?tenant=website&space=marketing").OkAsync()).Items().Count.ShouldBe(3);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(api.SummaryFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>An Api with the demo and a first administrator.</summary>
    public sealed class DemoApi(PostgresServer postgres, RedisServer redis) : ApiFactory(postgres, redis)
    {
        public string SummaryFile { get; } = Path.Combine(Path.GetTempPath(), $"imageservice-demo-{Guid.CreateVersion7():n}", "demo.json");

        protected override Dictionary<string, string> Settings => new(StringComparer.Ordinal)
        {
            ["Demo:Enabled"] = "true",
            ["Demo:PortalPassword"] = "a password of the demo",
            ["Demo:SummaryFile"] = SummaryFile,
            ["Demo:PublicBaseUrl"] = "http://localhost",
            ["Access:FirstAdministrator:Email"] = "first@example.com",
            ["Access:FirstAdministrator:Password"] = "first password here",
            ["Access:FirstAdministrator:OrganizationSlug"] = "first-org",
        };

        /// <summary>The same settings, database and folder once more.</summary>
        public Microsoft.AspNetCore.Mvc.Testing.WebApplicationFactory<ImageService.Api.AssemblyMarker> StartAgain() => WithWebHostBuilder(_ => { });

        public async Task<JsonObject> SummaryAsync()
        {
            await Probe.UntilAsync(() => File.Exists(SummaryFile), "the demo is made", TimeSpan.FromSeconds(60));
            return JsonNode.Parse(await File.ReadAllTextAsync(SummaryFile, TestContext.Current.CancellationToken))!.AsObject();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (Directory.Exists(Path.GetDirectoryName(SummaryFile)))
                Directory.Delete(Path.GetDirectoryName(SummaryFile)!, recursive: true);
        }
    }

    [Fact]
    public async Task The_first_administrator_owns_the_organization_of_the_configuration()
    {
        await Probe.UntilAsync(
            async () =>
                (int)(await api.Anonymous()
                    .PostAsync("/v1/sessions", new { email = "first@example.com", password = "first password here" })).StatusCode == 201,
                    "the first administrator can sign in");
        var session = await api.Anonymous().PostAsync("/v1/sessions", new { email = "first@example.com", password = "first password here" }).OkAsync(201);
        var me = await api.WithSession(session.Text("token")).GetAsync("/v1/me").OkAsync();
        ((string?)me["memberships"]![0]!["organization"]).ShouldBe("first-org");
        ((string?)me["memberships"]![0]!["role"]).ShouldBe("owner");
    }
}
