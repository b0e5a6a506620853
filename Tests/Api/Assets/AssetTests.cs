using System.Net;
using ImageService.Tests.Api.Uploads;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Assets;

[Trait("Level", "Integration")]
public sealed class AssetTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task Lists_are_filtered_searched_and_paged()
    {
        var home = await api.NewHomeAsync();
        var lake =
            (await home.Owner.UploadAsync(IngestionFixture.Png(1), "open", ("filename", "mountain-lake.png"), ("folder", "/trips/2026"),
                ("tags", "blue"))).Text("id");
        var shoe = (await home.Owner.UploadAsync(IngestionFixture.Png(2), "closed", ("filename", "shoe.png"), ("folder", "/trips"))).Text("id");
        var plain = (await home.Owner.UploadAsync(IngestionFixture.Png(3), "open", ("filename", "plain.png"))).Text("id");
        (await IdsAsync(home.Owner, "")).ShouldBe([plain, shoe, lake]);
        (await IdsAsync(home.Owner, "?tenant=site&space=open")).ShouldBe([plain, lake]);
        (await IdsAsync(home.Owner, "?folder=/trips")).ShouldBe([shoe]);
        (await IdsAsync(home.Owner, "?folder=/trips&recursive=true")).ShouldBe([shoe, lake]);
        (await IdsAsync(home.Owner, "?tag=blue")).ShouldBe([lake]);
        (await IdsAsync(home.Owner, "?q=mount")).ShouldBe([lake]);
        (await IdsAsync(home.Owner, "?q=LAKE%20trips")).ShouldBe([lake]);
        (await IdsAsync(home.Owner, "?q=%27%29%20%7C%20%21%3A*")).ShouldBeEmpty();
        (await IdsAsync(home.Owner, "?q=nothing")).ShouldBeEmpty();
        var first = await home.Owner.GetAsync("/v1/assets?limit=2").OkAsync();
        first.Items().Select(item => (string)item!["id"]!).ShouldBe([plain, shoe]);
        var second = await home.Owner.GetAsync($"/v1/assets?limit=2&cursor={first.Text("nextCursor")}").OkAsync();
        second.Items().Select(item => (string)item!["id"]!).ShouldBe([lake]);
        second["nextCursor"].ShouldBeNull();
        await home.Owner.GetAsync("/v1/assets?tenant=nobody").ProblemAsync(404, "not_found");
        await home.Owner.GetAsync("/v1/assets?limit=0").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync("/v1/assets?cursor=x").ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task Another_organization_s_asset_is_told_apart_from_nothing_by_nobody()
    {
        var (home, stranger) = (await api.NewHomeAsync(), await api.NewHomeAsync());
        var id = (await home.Owner.UploadAsync(IngestionFixture.Png(4))).Text("id");
        const string nothing = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "", null), (HttpMethod.Patch, "", new { filename = "mine.png" }), (HttpMethod.Delete, "", null),
            (HttpMethod.Post, "/restore", null),
            (HttpMethod.Get, "/versions", null), (HttpMethod.Get, "/variants", null), (HttpMethod.Get, "/content", null),
        })
        {
            var theirs = await stranger.Owner.SendAsync(method, $"/v1/assets/{id}{path}", body).ProblemAsync(404, "not_found");
            var nobodys = await stranger.Owner.SendAsync(method, $"/v1/assets/{nothing}{path}", body).ProblemAsync(404, "not_found");
            theirs.Remove("traceId");
            nobodys.Remove("traceId");
            theirs.ToJsonString().ShouldBe(nobodys.ToJsonString());
        }

        await stranger.Owner.PutAsync($"/v1/assets/{id}/content", Sending.Form(IngestionFixture.Png(5), false, "a.png")).ProblemAsync(404, "not_found");
        (await stranger.Owner.GetAsync("/v1/assets").OkAsync()).Items().ShouldBeEmpty();
        var bulk = await stranger.Owner.PostAsync("/v1/assets/bulk", new { ids = new[] { id }, action = "delete" }).OkAsync();
        ((int)bulk["succeeded"]!, bulk.Items()[0]!["code"]!.GetValue<string>()).ShouldBe((0, "not_found"));
        await home.Owner.GetAsync($"/v1/assets/{id}").OkAsync();
    }

    [Fact]
    public async Task A_tenant_s_key_sees_its_tenant_only()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        var id = (await home.Owner.UploadAsync(IngestionFixture.Png(6))).Text("id");
        var other = await home.KeyAsync(["image:read", "image:write", "image:delete"], "other");
        (await IdsAsync(other, "")).ShouldBeEmpty();
        await other.GetAsync($"/v1/assets/{id}").ProblemAsync(404, "not_found");
        await other.DeleteAsync($"/v1/assets/{id}").ProblemAsync(404, "not_found");
        var own = await home.KeyAsync(["image:read"], "site");
        (await IdsAsync(own, "")).ShouldBe([id]);
        await own.PatchAsync($"/v1/assets/{id}", new { filename = "x.png" }).ProblemAsync(403, "insufficient_scope");
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_needs_a_fresh_tag_when_one_is_sent()
    {
        var home = await api.NewHomeAsync();
        var id = (await home.Owner.UploadAsync(IngestionFixture.Png(7), "open", ("tags", "kept"))).Text("id");
        using var read = await home.Owner.GetAsync($"/v1/assets/{id}");
        var tag = ("If-Match", read.Headers.ETag!.ToString());
        var changed = await home.Owner.PatchAsync(
            $"/v1/assets/{id}",
            new
            {
                folder = "/new/place/", filename = "new.png", access = "private", focalPoint = new { x = 0.25, y = 0.75 },
                metadata = new { sku = "A-1", n = new[] { 1, 2 } }
            }, tag).OkAsync();
        (changed.Text("folder"), changed.Text("filename"), changed.Text("access"), (double)changed["focalPoint"]!["x"]!, (string)changed["metadata"]!["sku"]!)
            .ShouldBe(("/new/place", "new.png", "private", 0.25, "A-1"));
        changed["tags"]!.AsArray().Select(item => (string)item!).ShouldBe(["kept"]);
        await home.Owner.PatchAsync($"/v1/assets/{id}", new { filename = "late.png" }, tag).ProblemAsync(412, "precondition_failed");
        var cleared =
            await home.Owner.SendAsync(HttpMethod.Patch, $"/v1/assets/{id}",
                new StringContent("{\"focalPoint\":null,\"metadata\":null}", System.Text.Encoding.UTF8, "application/json")).OkAsync();
        (cleared["focalPoint"], cleared["metadata"]).ShouldBe((null, null));
    }

    [Theory]
    [InlineData("{\"focalPoint\":{\"x\":1.5,\"y\":0}}")]
    [InlineData("{\"focalPoint\":{\"x\":0.5}}")]
    [InlineData("{\"tags\":\"a\"}")]
    [InlineData("{\"tags\":[1]}")]
    [InlineData("{\"access\":\"secret\"}")]
    [InlineData("{\"folder\":\"/a/../b\"}")]
    [InlineData("{\"filename\":\"\"}")]
    [InlineData("{\"metadata\":[]}")]
    [InlineData("{\"metadata\":{\"a\":\"\\u0000\"}}")]
    [InlineData("{\"retainUntil\":\"soon\"}")]
    [InlineData("{\"id\":\"other\"}")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task A_patch_that_cannot_be_read_is_400(string body)
    {
        var home = await api.NewHomeAsync();
        var id = (await home.Owner.UploadAsync(IngestionFixture.Png(8))).Text("id");
        await home.Owner.SendAsync(HttpMethod.Patch, $"/v1/assets/{id}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"))
            .ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_deleted_asset_gives_its_quota_back_and_is_restored_if_there_is_room()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PutAsync($"{home.Root}/policies/quota_assets", new { value = 1 }).OkAsync();
        var first = (await home.Owner.UploadAsync(IngestionFixture.Png(9))).Text("id");
        (await home.Owner.DeleteAsync($"/v1/assets/{first}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await home.Owner.GetAsync($"/v1/assets/{first}").ProblemAsync(404, "not_found");
        await home.Owner.DeleteAsync($"/v1/assets/{first}").ProblemAsync(404, "not_found");
        (await IdsAsync(home.Owner, "")).ShouldBeEmpty();
        (await IdsAsync(home.Owner, "?deleted=true")).ShouldBe([first]);
        var second = (await home.Owner.UploadAsync(IngestionFixture.Png(10))).Text("id");
        await home.Owner.PostAsync($"/v1/assets/{first}/restore").ProblemAsync(403, "quota_exceeded");
        (await home.Owner.DeleteAsync($"/v1/assets/{second}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await home.Owner.PostAsync($"/v1/assets/{first}/restore").OkAsync();
        (await IdsAsync(home.Owner, "")).ShouldBe([first]);
    }

    [Fact]
    public async Task A_retention_lock_holds_until_someone_who_may_lifts_it()
    {
        var home = await api.NewHomeAsync();
        var id = (await home.Owner.UploadAsync(IngestionFixture.Png(11))).Text("id");
        var writer = await home.KeyAsync(["image:read", "image:write", "image:delete"]);
        var until = DateTimeOffset.UtcNow.AddDays(30);
        await writer.PatchAsync($"/v1/assets/{id}", new { retainUntil = until }).OkAsync();
        await home.Owner.DeleteAsync($"/v1/assets/{id}").ProblemAsync(403, "retention_locked");
        await home.Owner.PutAsync($"/v1/assets/{id}/content", Sending.Form(IngestionFixture.Png(12), false, "a.png")).ProblemAsync(403, "retention_locked");
        await writer.PatchAsync($"/v1/assets/{id}", new { retainUntil = until.AddDays(-1) }).ProblemAsync(403, "retention_locked");
        await writer.SendAsync(HttpMethod.Patch, $"/v1/assets/{id}", new StringContent("{\"retainUntil\":null}", System.Text.Encoding.UTF8, "application/json"))
            .ProblemAsync(403, "retention_locked");
        await writer.PatchAsync($"/v1/assets/{id}", new { retainUntil = until.AddDays(1) }).OkAsync();
        await home.Owner.SendAsync(HttpMethod.Patch, $"/v1/assets/{id}",
            new StringContent("{\"retainUntil\":null}", System.Text.Encoding.UTF8, "application/json")).OkAsync();
        (await home.Owner.DeleteAsync($"/v1/assets/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Many_assets_are_changed_at_once_and_each_has_its_own_outcome()
    {
        var home = await api.NewHomeAsync();
        var one = (await home.Owner.UploadAsync(IngestionFixture.Png(13), "open", ("tags", "old"))).Text("id");
        var two = (await home.Owner.UploadAsync(IngestionFixture.Png(14))).Text("id");
        string[] ids = [one, two, "nonsense"];
        var tagged = await home.Owner.PostAsync("/v1/assets/bulk", new { ids, action = "tag", tags = new[] { "new" } }).OkAsync();
        ((int)tagged["succeeded"]!, (int)tagged["failed"]!).ShouldBe((2, 1));
        (await IdsAsync(home.Owner, "?tag=new")).ShouldBe([two, one]);
        await home.Owner.PostAsync("/v1/assets/bulk", new { ids, action = "untag", tags = new[] { "old" } }).OkAsync();
        (await IdsAsync(home.Owner, "?tag=old")).ShouldBeEmpty();
        await home.Owner.PostAsync("/v1/assets/bulk", new { ids, action = "move", folder = "/moved" }).OkAsync();
        (await IdsAsync(home.Owner, "?folder=/moved")).ShouldBe([two, one]);
        await home.Owner.PostAsync("/v1/assets/bulk", new { ids, action = "access", access = "private" }).OkAsync();
        (await home.Owner.GetAsync($"/v1/assets/{one}").OkAsync()).Text("access").ShouldBe("private");
        await home.Owner.PostAsync("/v1/assets/bulk", new { ids, action = "delete" }).OkAsync();
        (await IdsAsync(home.Owner, "")).ShouldBeEmpty();
        await home.Owner.PostAsync("/v1/assets/bulk", new { ids, action = "restore" }).OkAsync();
        (await IdsAsync(home.Owner, "")).ShouldBe([two, one]);
        await home.Owner.PostAsync("/v1/assets/bulk", new { ids, action = "explode" }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/assets/bulk", new { ids = Array.Empty<string>(), action = "delete" }).ProblemAsync(400, "invalid_request");
        var reader = await home.KeyAsync(["image:read", "image:write"]);
        (await reader.PostAsync("/v1/assets/bulk", new { ids, action = "delete" })
            .OkAsync()).Items()[0]!["code"]!.GetValue<string>().ShouldBe("insufficient_scope");
    }

    [Fact]
    public async Task Every_change_has_its_audit_line()
    {
        var home = await api.NewHomeAsync();
        var id = (await home.Owner.UploadAsync(IngestionFixture.Png(15))).Text("id");
        await home.Owner.PatchAsync($"/v1/assets/{id}", new { filename = "renamed.png" }).OkAsync();
        await home.Owner.DeleteAsync($"/v1/assets/{id}");
        await home.Owner.PostAsync($"/v1/assets/{id}/restore").OkAsync();
        var lines = (await home.Owner.GetAsync($"{home.Root}/audit-logs?limit=100").OkAsync()).Items()
            .Where(line => (string?)line!["resource"]!["id"] == id).ToList();
        lines.Count.ShouldBeGreaterThanOrEqualTo(4);
        lines.ShouldAllBe(line => (string?)line!["actor"]!["type"] == "api_key");
    }

    private static async Task<List<string>> IdsAsync(ApiClient client, string query) =>
        [.. (await client.GetAsync("/v1/assets" + query).OkAsync()).Items().Select(item => (string)item!["id"]!)];
}
