using System.Text.Json.Nodes;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class AuditLogTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task Every_change_of_the_control_plane_leaves_a_line_that_names_who_and_what()
    {
        var home = await api.NewHomeAsync();
        var root = home.Root;
        var person = await home.PersonAsync("viewer");
        (string Action, Func<Task> Change)[] changes =
        [
            ("organization.updated", () => home.Owner.PatchAsync(root, new { name = "Renamed" }).OkAsync()),
            ("tenant.created", () => home.Owner.PostAsync($"{root}/tenants", new { slug = "extra", name = "Extra" }).OkAsync(201)),
            ("signing_key.created", () => home.Owner.PostAsync($"{root}/tenants/extra/signing-keys/rotate").OkAsync(201)),
            ("tenant.updated", () => home.Owner.PatchAsync($"{root}/tenants/extra", new { name = "More" }).OkAsync()),
            ("space.created", () => home.Owner.PostAsync($"{root}/tenants/extra/spaces", new { slug = "s", name = "S" }).OkAsync(201)),
            ("space.updated", () => home.Owner.PatchAsync($"{root}/tenants/extra/spaces/s", new { name = "T" }).OkAsync()),
            ("space.deleted", () => home.Owner.DeleteAsync($"{root}/tenants/extra/spaces/s").OkAsync(204)),
            ("tenant.deleted", () => home.Owner.DeleteAsync($"{root}/tenants/extra").OkAsync(204)),
            ("preset.created", () => home.Owner.PostAsync($"{root}/presets", new { slug = "p", operations = "w_1" }).OkAsync(201)),
            ("preset.updated", () => home.Owner.PutAsync($"{root}/presets/p", new { operations = "w_2" }).OkAsync()),
            ("preset.deleted", () => home.Owner.DeleteAsync($"{root}/presets/p").OkAsync(204)),
            ("overlay.created", () => home.Owner.PostAsync($"{root}/overlays", Overlay("o", "one")).OkAsync(201)),
            ("overlay.updated", () => home.Owner.PutAsync($"{root}/overlays/o", Overlay("o", "two")).OkAsync()),
            ("overlay.deleted", () => home.Owner.DeleteAsync($"{root}/overlays/o").OkAsync(204)),
            ("policy.set", () => home.Owner.PutAsync($"{root}/policies/max_output_width", new { value = 100 }).OkAsync()),
            ("policy.removed", () => home.Owner.DeleteAsync($"{root}/policies/max_output_width").OkAsync(204)),
            ("api_key.created", () => home.KeyAsync(["image:read"])),
            ("member.invited", () => home.Owner.PostAsync($"{root}/members", new { email = "x@example.com", role = "viewer" }).OkAsync(201)),
            ("member.updated", () => home.Owner.PatchAsync($"{root}/members/{person.MemberId}", new { role = "editor" }).OkAsync()),
            ("member.removed", () => home.Owner.DeleteAsync($"{root}/members/{person.MemberId}").OkAsync(204)),
            ("webhook.created",
                () => home.Owner.PostAsync($"{root}/webhooks", new { url = "https://93.184.216.34/hook", events = (string[])["asset.uploaded"] }).OkAsync(201)),
            ("access.refused", async () => await (await home.KeyAsync(["image:read"])).GetAsync($"{root}/audit-logs").ProblemAsync(403, "insufficient_scope")),
        ];
        foreach (var (action, change) in changes)
        {
            var before = await CountAsync(home, action);
            await change();
            (await CountAsync(home, action)).ShouldBe(before + 1, action);
        }

        var line = (await home.Owner.GetAsync($"{root}/audit-logs?action=tenant.created&limit=1").OkAsync()).Items()[0]!;
        ((string?)line["actor"]!["type"]).ShouldBe("api_key");
        ((string?)line["actor"]!["name"]).ShouldBe("First key");
        ((string?)line["resource"]!["type"]).ShouldBe("tenant");
        ((string?)line["resource"]!["id"]).ShouldBe("extra");
        line["after"].ShouldNotBeNull();
        (await home.Owner.GetAsync($"{root}/audit-logs/verify").OkAsync())["intact"]!.GetValue<bool>().ShouldBeTrue();

        static object Overlay(string slug, string text) =>
            new { slug, name = slug, elements = (object[])[new { type = "text", text, size = 20, gravity = "center" }] };
    }

    /// <summary>
    /// The walk of the route table: a route that changes something is called above, or stands here with the reason why it leaves its line elsewhere.
    /// A new route fails this test until somebody has thought about it.
    /// </summary>
    [Fact]
    public void Every_route_that_changes_something_is_accounted_for()
    {
        string[] called =
        [
            "PATCH /v1/organizations/{org}", "POST /v1/organizations/{org}/tenants", "POST /v1/organizations/{org}/tenants/{tenant}/signing-keys/rotate",
            "PATCH /v1/organizations/{org}/tenants/{tenant}", "POST /v1/organizations/{org}/tenants/{tenant}/spaces",
            "PATCH /v1/organizations/{org}/tenants/{tenant}/spaces/{space}",
            "DELETE /v1/organizations/{org}/tenants/{tenant}/spaces/{space}", "DELETE /v1/organizations/{org}/tenants/{tenant}",
            "POST /v1/organizations/{org}/api-keys",
            "POST /v1/organizations/{org}/members", "PATCH /v1/organizations/{org}/members/{id:guid}", "DELETE /v1/organizations/{org}/members/{id:guid}",
            "POST /v1/organizations/{org}/webhooks",
            "POST /v1/organizations/{org}/overlays", "PUT /v1/organizations/{org}/overlays/{slug}", "DELETE /v1/organizations/{org}/overlays/{slug}",
        ];

        // The same handlers and the same entities as those called, so the same interceptor writes their lines; presets and policies at every level are one
        // handler.
        string[] alike =
        [
            "POST /v1/organizations", "DELETE /v1/organizations/{org}", "POST /v1/organizations/{org}/api-keys/{id:guid}/rotate",
            "DELETE /v1/organizations/{org}/api-keys/{id:guid}",
            "DELETE /v1/api-keys/current", "POST /v1/organizations/{org}/tenants/{tenant}/signing-keys/{kid}/revoke",
            "POST /v1/organizations/{org}/members/{id:guid}/invitation",
            "PATCH /v1/organizations/{org}/webhooks/{id:guid}", "POST /v1/organizations/{org}/webhooks/{id:guid}/rotate",
            "POST /v1/organizations/{org}/webhooks/{id:guid}/deliveries/{delivery:guid}/redeliver", "DELETE /v1/organizations/{org}/webhooks/{id:guid}",
            "PUT /v1/organizations/{org}/identity-provider", "DELETE /v1/organizations/{org}/identity-provider",
            "POST /v1/sign", "POST /v1/sign/batch", "POST /v1/invalidations",
            "POST /v1/organizations/{org}/tenants/{tenant}/overlays", "PUT /v1/organizations/{org}/tenants/{tenant}/overlays/{slug}",
            "DELETE /v1/organizations/{org}/tenants/{tenant}/overlays/{slug}", "POST /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/overlays",
            "PUT /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/overlays/{slug}",
            "DELETE /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/overlays/{slug}",
            "POST /v1/organizations/{org}/fonts", "DELETE /v1/organizations/{org}/fonts/{slug}", "POST /v1/organizations/{org}/jobs/{id}/retry",
            "POST /v1/organizations/{org}/store-moves", "DELETE /v1/organizations/{org}/store-moves/{id:guid}",
            "POST /v1/organizations/{org}/tenants/{tenant}/store-moves", "DELETE /v1/organizations/{org}/tenants/{tenant}/store-moves/{id:guid}",
            "POST /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/store-moves",
            "DELETE /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/store-moves/{id:guid}",
            "POST /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/hosts",
            "PATCH /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/hosts/{hostname}",
            "POST /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/hosts/{hostname}/verify",
            "DELETE /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/hosts/{hostname}",
            "POST /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/aliases", "DELETE /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/aliases",
            "DELETE /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/aliases/{id:guid}",
            "DELETE /v1/organizations/{org}/presets/{slug}/generation", "DELETE /v1/organizations/{org}/tenants/{tenant}/presets/{slug}/generation",
            "DELETE /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/presets/{slug}/generation",
        ];

        // What readers may look at anyway, and a dry run: nothing is changed by them.
        string[] unchanging =
        [
            "POST /v1/views", "POST /v1/explain", "POST /v1/invitations/show", "POST /v1/organizations/{org}/overlays/preview",
            "POST /v1/organizations/{org}/tenants/{tenant}/overlays/preview", "POST /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/overlays/preview",
        ];

        // People's own accounts: the log of each of their organizations, shown below.
        string[] people = ["/v1/sessions", "/v1/me", "/v1/password-resets", "/v1/invitations/accept"];

        // Assets: an upload is told when it becomes an asset; the suites of uploads and assets show their lines.
        string[] assets = ["/v1/assets", "/v1/uploads", "/v1/imports"];

        var unknown = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint =>
                (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods
                    ?? []).Select(method => (Method: method, Path: "/" + endpoint.RoutePattern.RawText!.Trim('/'))))
            .Where(route => route.Method is not ("GET" or "HEAD" or "OPTIONS"))
            .Where(route => !people.Concat(assets).Any(prefix => route.Path.StartsWith(prefix, StringComparison.Ordinal)))
            .Where(route =>
                !route.Path.EndsWith("/presets", StringComparison.Ordinal) && !route.Path.EndsWith("/presets/{slug}", StringComparison.Ordinal)
                    && !route.Path.EndsWith("/policies/{key}", StringComparison.Ordinal))
            .Select(route => $"{route.Method} {route.Path}")
            .Except(called, StringComparer.Ordinal).Except(alike, StringComparer.Ordinal).Except(unchanging, StringComparer.Ordinal);
        unknown.ShouldBeEmpty();
    }

    [Fact]
    public async Task Rotations_revocations_and_signatures_leave_lines_too()
    {
        var home = await api.NewHomeAsync();
        var root = home.Root;
        var key = (await home.Owner.PostAsync($"{root}/api-keys", new { name = "K", scopes = (string[])["image:read"] }).OkAsync(201)).Text("id");
        var kid = (string)(await home.Owner.GetAsync($"{root}/tenants/site/signing-keys").OkAsync()).Items()[0]!["kid"]!;
        var hook =
            (await home.Owner.PostAsync($"{root}/webhooks", new { url = "https://93.184.216.34/", events = (string[])["asset.uploaded"] })
                .OkAsync(201)).Text("id");
        (string Action, Func<Task> Change)[] changes =
        [
            ("api_key.rotated", () => home.Owner.PostAsync($"{root}/api-keys/{key}/rotate").OkAsync()),
            ("api_key.revoked", () => home.Owner.DeleteAsync($"{root}/api-keys/{key}").OkAsync(204)),
            ("signing_key.revoked", () => home.Owner.PostAsync($"{root}/tenants/site/signing-keys/{kid}/revoke").OkAsync()),
            ("webhook.updated", () => home.Owner.PatchAsync($"{root}/webhooks/{hook}", new { enabled = false }).OkAsync()),
            ("webhook.updated", () => home.Owner.PatchAsync($"{root}/webhooks/{hook}", new { enabled = true }).OkAsync()),
            ("webhook.redelivered", async () =>
            {
                var delivery = Guid.CreateVersion7();
                await api.AsOwnerAsync(
                    $"INSERT INTO webhook_deliveries (id, organization_id, webhook_id, event, body, attempts, created_at) VALUES ('{delivery}', '{home.Id}', '{hook}', 'asset.uploaded', 'null', 1, now())");
                await home.Owner.PostAsync($"{root}/webhooks/{hook}/deliveries/{delivery}/redeliver").OkAsync(202);
            }),
            ("webhook.deleted", () => home.Owner.DeleteAsync($"{root}/webhooks/{hook}").OkAsync(204)),
            ("identity_provider.created",
                () => home.Owner.PutAsync($"{root}/identity-provider", new { authority = "https://93.184.216.34", clientId = "c", clientSecret = "s" })
                    .OkAsync()),
            ("identity_provider.deleted", () => home.Owner.DeleteAsync($"{root}/identity-provider").OkAsync(204)),
            ("url.signed", () => home.Owner.PostAsync("/v1/sign", new { url = $"/v1/priv/{home.Slug}/site/closed/img/01ARZ3NDEKTSV4RRFFQ69G5FAV/v1/w_1.jpg" })
                .OkAsync()),
        ];
        foreach (var (action, change) in changes)
        {
            var before = await CountAsync(home, action);
            await change();
            (await CountAsync(home, action)).ShouldBe(before + 1, action);
        }
    }

    [Fact]
    public async Task A_refusal_that_a_handler_finds_leaves_a_line_too()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        await home.Owner.PostAsync($"{home.Root}/tenants/other/spaces", new { slug = "s", name = "S" }).OkAsync(201);
        var weak = await home.KeyAsync(["key:write", "image:read"]);
        var bound = await home.KeyAsync(["image:read", "image:write"], tenant: "site");
        (string Code, Func<Task> Attempt)[] refusals =
        [
            ("insufficient_scope",
                () => weak.PostAsync($"{home.Root}/api-keys", new { name = "More", scopes = (string[])["audit:read"] })
                    .ProblemAsync(403, "insufficient_scope")),
            ("not_found", () => bound.PostAsync("/v1/assets/fetch", new { url = "https://93.184.216.34/", tenant = "other", space = "s" })
                .ProblemAsync(404, "not_found")),
            ("not_found", () => bound.GetAsync("/v1/assets/01ARZ3NDEKTSV4RRFFQ69G5FAV").ProblemAsync(404, "not_found")),
        ];
        foreach (var (code, attempt) in refusals)
        {
            var before = await CountAsync(home, "access.refused");
            await attempt();
            var lines = (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=access.refused&limit=500").OkAsync()).Items();
            lines.Count.ShouldBe(before + 1, code);
            ((string?)lines[0]!["after"]!["code"]).ShouldBe(code);
        }

        var silent = await CountAsync(home, "access.refused");
        await home.Owner.GetAsync("/v1/assets/01ARZ3NDEKTSV4RRFFQ69G5FAV").ProblemAsync(404, "not_found");
        (await CountAsync(home, "access.refused")).ShouldBe(silent, "who sees the whole organization was refused nothing: the asset is not there");
    }

    [Fact]
    public async Task Whoever_joins_is_named_and_so_is_whoever_orders_an_invalidation()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        var joined = (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=member.joined").OkAsync()).Items().Single()!;
        ((string?)joined["actor"]!["type"]).ShouldBe("user");
        ((string?)joined["actor"]!["name"]).ShouldBe(person.Email);

        await home.Owner.PostAsync("/v1/invalidations", new { tenant = "site", space = "open", tag = "summer" }).OkAsync();
        var ordered = (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=variants.invalidated").OkAsync()).Items().Single()!;
        ((string?)ordered["actor"]!["name"]).ShouldBe("First key");
        ((string?)ordered["after"]!["tag"]).ShouldBe("summer");
    }

    [Fact]
    public async Task Of_parallel_writes_each_leaves_one_line_and_each_line_begins_where_the_one_before_ended()
    {
        var home = await api.NewHomeAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => home.Owner.PatchAsync($"{home.Root}/tenants/site", new { name = $"N{i}" }).OkAsync()));
        var lines = (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=tenant.updated").OkAsync()).Items().Reverse().ToList();
        lines.Count.ShouldBe(8);
        lines.Select(line => (string?)line!["after"]!["name"]).Distinct(StringComparer.Ordinal).Count().ShouldBe(8);
        for (var i = 1; i < lines.Count; i++)
            ((string?)lines[i]!["before"]!["name"]).ShouldBe((string?)lines[i - 1]!["after"]!["name"]);
    }

    [Fact]
    public async Task What_people_do_with_their_accounts_is_in_the_log_of_their_organization()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        await api.Anonymous().PostAsync("/v1/sessions", new { email = person.Email, password = "not the password" }).ProblemAsync(401, "unauthenticated");
        await api.Anonymous().PostAsync("/v1/sessions", new { email = person.Email, password = ApiPerson.Password }).OkAsync(201);
        await person.Client.DeleteAsync("/v1/sessions/current").OkAsync(204);
        foreach (var action in (string[])["member.joined", "session.refused", "session.begun", "session.ended"])
            (await CountAsync(home, action)).ShouldBe(1, action);
    }

    [Fact]
    public async Task The_log_filters_pages_and_exports()
    {
        var home = await api.NewHomeAsync();
        for (var i = 0; i < 5; i++)
            await home.Owner.PostAsync($"{home.Root}/presets", new { slug = $"p{i}", operations = "w_1" }).OkAsync(201);
        List<long> seen = [];
        string? cursor = null;
        do
        {
            var page = await home.Owner.GetAsync($"{home.Root}/audit-logs?action=preset&limit=2&cursor={cursor}").OkAsync();
            seen.AddRange(page.Items().Select(item => (long)item!["sequence"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        seen.Count.ShouldBe(5);
        seen.ShouldBe(seen.OrderDescending());
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?actor=first").OkAsync()).Items().Count.ShouldBeGreaterThan(0);
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?actor=nobody").OkAsync()).Items().Count.ShouldBe(0);
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?to=2020-01-01T00:00:00Z").OkAsync()).Items().Count.ShouldBe(0);

        using var export = await home.Owner.GetAsync($"{home.Root}/audit-logs/export?action=preset.created");
        export.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var lines = (await export.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(line => (string?)JsonNode.Parse(line)!["action"]).ShouldBe(Enumerable.Repeat("preset.created", 5));
    }

    [Fact]
    public async Task One_changed_byte_is_found_and_named()
    {
        var home = await api.NewHomeAsync();
        var victim = (await api.AsOwnerAsync($"SELECT id FROM audit_logs WHERE organization_id = '{home.Id}' AND sequence = 3"))!;
        await api.AsOwnerAsync($"UPDATE audit_logs SET actor_name = actor_name || '.' WHERE id = '{victim}'");
        var verification = await home.Owner.GetAsync($"{home.Root}/audit-logs/verify").OkAsync();
        verification["intact"]!.GetValue<bool>().ShouldBeFalse();
        ((string?)verification["fault"]!["id"]).ShouldBe(victim.ToString());
        ((long)verification["fault"]!["sequence"]!).ShouldBe(3);
    }

    private static async Task<int> CountAsync(ApiHome home, string action) =>
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?action={action}&limit=500").OkAsync()).Items().Count;
}
