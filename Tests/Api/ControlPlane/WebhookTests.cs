using ImageService.Core.Metering;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class WebhookTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Url = "https://93.184.216.34/hook";
    private const string Empty = "{}";

    [Fact]
    public async Task A_webhook_is_created_with_a_secret_shown_once_changed_rotated_and_deleted()
    {
        var home = await api.NewHomeAsync();
        var hooks = $"{home.Root}/webhooks";
        var created = await home.Owner.PostAsync(hooks, new { url = Url, events = (string[])["asset.uploaded"], tenant = "site" }).OkAsync(201);
        created.Text("secret").ShouldStartWith("whsec_");
        var path = $"{hooks}/{created.Text("id")}";
        (await home.Owner.GetAsync(path).OkAsync()).ToJsonString().ShouldNotContain("whsec_");
        (await home.Owner.PatchAsync(path, new { enabled = false, events = (string[])["quota.warning"] })
            .OkAsync())["enabled"]!.GetValue<bool>().ShouldBeFalse();
        (await home.Owner.PostAsync($"{path}/rotate").OkAsync()).Text("secret").ShouldNotBe(created.Text("secret"));
        (await home.Owner.GetAsync($"{path}/deliveries").OkAsync()).Items().Count.ShouldBe(0);
        (await home.Owner.GetAsync(hooks).OkAsync()).Items().Count.ShouldBe(1);
        await home.Owner.DeleteAsync(path).OkAsync(204);
        await home.Owner.GetAsync(path).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_delivery_is_made_again_on_demand()
    {
        var home = await api.NewHomeAsync();
        var hook = (await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = Url, events = (string[])["asset.uploaded"] }).OkAsync(201)).Text("id");
        var delivery = Guid.CreateVersion7();
        await api.AsOwnerAsync($"""
            INSERT INTO webhook_deliveries (id, organization_id, webhook_id, event, body, attempts, created_at, delivered_at)
            VALUES ('{delivery}', '{home.Id}', '{hook}', 'asset.uploaded', '{Empty}', 1, now(), now())
            """);
        var again = $"{home.Root}/webhooks/{hook}/deliveries/{delivery}/redeliver";
        (await home.Owner.PostAsync(again).OkAsync(202)).Text("state").ShouldBe("pending");
        (await api.AsOwnerAsync(
            $"SELECT count(*) FROM queue.messages WHERE type = 'webhook_redelivery_requested' AND body::text LIKE '%{delivery}%'")).ShouldBe(1L);
        await home.Owner.PostAsync($"{home.Root}/webhooks/{hook}/deliveries/{Guid.CreateVersion7()}/redeliver").ProblemAsync(404, "not_found");
        await home.Owner.PatchAsync($"{home.Root}/webhooks/{hook}", new { enabled = false }).OkAsync();
        await home.Owner.PostAsync(again).ProblemAsync(409, "conflict");
    }

    [Fact]
    public async Task A_webhook_tells_why_the_newest_event_that_was_tried_did_not_come_through()
    {
        var home = await api.NewHomeAsync();
        var hook = (await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = Url, events = (string[])["asset.uploaded"] }).OkAsync(201)).Text("id");
        await AttemptAsync("NULL", "'The endpoint answered 500.'", attempts: 2);
        await AttemptAsync("NULL", "NULL", attempts: 0);
        ((string?)(await home.Owner.GetAsync($"{home.Root}/webhooks").OkAsync()).Items().Single()!["lastError"]).ShouldBe("The endpoint answered 500.");
        (await home.Owner.GetAsync($"{home.Root}/webhooks/{hook}").OkAsync()).Text("lastError").ShouldBe("The endpoint answered 500.");
        await AttemptAsync("now()", "NULL", attempts: 1);
        (await home.Owner.GetAsync($"{home.Root}/webhooks").OkAsync()).Items().Single()!["lastError"].ShouldBeNull();

        Task AttemptAsync(string delivered, string error, int attempts) => api.AsOwnerAsync($"""
            INSERT INTO webhook_deliveries (id, organization_id, webhook_id, event, body, attempts, last_error, created_at, delivered_at)
            VALUES ('{Guid.CreateVersion7()}', '{home.Id}', '{hook}', 'asset.uploaded', '{Empty}', {attempts}, {error}, now(), {delivered})
            """);
    }

    [Fact]
    public async Task Management_requests_are_counted_by_the_key_they_are_made_with_and_by_nothing_else()
    {
        var home = await api.NewHomeAsync();
        var reader = await home.KeyAsync(["image:read"]);
        for (var i = 0; i < 3; i++)
            await reader.GetAsync(home.Root).OkAsync();
        await api.Services.GetRequiredService<UsageMeter>().FlushAsync(TestContext.Current.CancellationToken);
        var keys = (await home.Owner.GetAsync($"{home.Root}/usage?groupBy=key").OkAsync()).Items();
        ((long)keys.Single(line => (string?)line!["keyName"] == "Test key")!["requests"]!).ShouldBe(3);
        (await home.Owner.GetAsync($"{home.Root}/usage?groupBy=space").OkAsync()).Items().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://127.0.0.1/hook")]
    [InlineData("http://[::1]/hook")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("https://user:pass@example.com/")]
    [InlineData("ftp://example.com/")]
    public async Task A_url_that_must_not_be_called_is_refused(string url)
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/webhooks", new { url, events = (string[])["asset.uploaded"] }).ProblemAsync(422, "fetch_refused");
    }

    [Fact]
    public async Task Wrong_requests_are_refused()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = Url }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = Url, events = (string[])["all"] }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = "nonsense", events = (string[])["asset.uploaded"] })
            .ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = Url, events = (string[])["asset.uploaded"], tenant = "nobody" })
            .ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Usage_is_added_up_by_day_tenant_space_and_key()
    {
        var home = await api.NewHomeAsync();
        var (tenant, space) =
            ($"(SELECT id FROM tenants WHERE organization_id = '{home.Id}')", $"(SELECT id FROM spaces WHERE organization_id = '{home.Id}' AND slug = 'open')");
        await api.AsOwnerAsync($"""
            INSERT INTO usage_hours (organization_id, tenant_id, space_id, hour, api_key_id, requests, bandwidth_bytes, transforms, transform_cpu_ms, storage_bytes)
            SELECT '{home.Id}', {tenant}, {space}, h, '00000000-0000-0000-0000-000000000000', 10, 1000, 2, 30, s
            FROM (VALUES (timestamptz '2026-01-01 10:00Z', 500), (timestamptz '2026-01-01 23:00Z', 700), (timestamptz '2026-01-02 01:00Z', 600)) AS v(h, s)
            """);
        var usage = $"{home.Root}/usage?from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z";

        var days = (await home.Owner.GetAsync($"{usage}&groupBy=day").OkAsync()).Items();
        days.Select(day => ((string)day!["date"]!, (long)day["requests"]!, (long)day["storageBytes"]!))
            .ShouldBe([("2026-01-01", 20L, 700L), ("2026-01-02", 10L, 600L)]);
        var spaces = (await home.Owner.GetAsync($"{usage}&groupBy=space").OkAsync()).Items();
        spaces.Select(line => ((string)line!["tenant"]!, (string)line["space"]!, (long)line["bandwidthBytes"]!, (long)line["storageBytes"]!))
            .ShouldBe([("site", "open", 3000L, 600L)]);
        ((long)(await home.Owner.GetAsync($"{usage}&groupBy=tenant").OkAsync()).Items()[0]!["transforms"]!).ShouldBe(6);
        ((long)(await home.Owner.GetAsync($"{usage}&groupBy=key").OkAsync()).Items()[0]!["transformCpuMs"]!).ShouldBe(90);
        (await (await home.KeyAsync(["usage:read"], "site")).GetAsync($"{usage}&groupBy=day").OkAsync()).Items().Count.ShouldBe(2);
        await home.Owner.GetAsync($"{home.Root}/usage?groupBy=year").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync($"{home.Root}/usage?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z").ProblemAsync(400, "invalid_request");
    }
}
