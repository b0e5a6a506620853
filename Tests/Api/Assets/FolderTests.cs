using ImageService.Tests.Api.Uploads;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Assets;

[Trait("Level", "Integration")]
public sealed class FolderTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task Folders_one_step_below_come_with_their_counts_page_by_page()
    {
        var home = await api.NewHomeAsync();
        string[] folders = ["/", "/trips", "/trips/2025", "/trips/2026/lake", "/trips/2026/lake", "/a%b", "/a%b/x", "/axb", "/Äpfel", "/zoo/deep/down"];
        for (var i = 0; i < folders.Length; i++)
            await home.Owner.UploadAsync(IngestionFixture.Png(100 + i), "open", ("folder", folders[i]));
        await home.Owner.UploadAsync(IngestionFixture.Png(199), "closed", ("folder", "/elsewhere"));

        (await RowsAsync(home.Owner, "")).ShouldBe(["/a%b a%b 1/2", "/axb axb 1/1", "/trips trips 1/4", "/zoo zoo 0/1", "/Äpfel Äpfel 1/1"]);
        (await RowsAsync(home.Owner, "&folder=/trips")).ShouldBe(["/trips/2025 2025 1/1", "/trips/2026 2026 0/2"]);
        (await RowsAsync(home.Owner, "&folder=/a%25b/")).ShouldBe(["/a%b/x x 1/1"]);
        (await RowsAsync(home.Owner, "&folder=/nowhere")).ShouldBeEmpty();

        List<string> paged = [];
        string? cursor = null;
        do
        {
            var page = await home.Owner.GetAsync($"/v1/assets/folders?tenant=site&space=open&limit=2&cursor={cursor}").OkAsync();
            page.Items().Count.ShouldBeLessThanOrEqualTo(2);
            paged.AddRange(page.Items().Select(item => (string)item!["name"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        paged.ShouldBe(["a%b", "axb", "trips", "zoo", "Äpfel"]);
    }

    [Fact]
    public async Task Deleted_assets_have_folders_of_their_own_and_only_readers_of_the_space_see_any()
    {
        var home = await api.NewHomeAsync();
        var id = (await home.Owner.UploadAsync(IngestionFixture.Png(110), "open", ("folder", "/gone"))).Text("id");
        await home.Owner.UploadAsync(IngestionFixture.Png(111), "open", ("folder", "/here"));
        using (await home.Owner.DeleteAsync($"/v1/assets/{id}"))
        {
            (await RowsAsync(home.Owner, "")).ShouldBe(["/here here 1/1"]);
            (await RowsAsync(home.Owner, "&deleted=true")).ShouldBe(["/gone gone 1/1"]);
        }

        var stranger = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        await (await home.KeyAsync(["image:read"], "other")).GetAsync("/v1/assets/folders?tenant=site&space=open").ProblemAsync(404, "not_found");
        await (await home.KeyAsync(["image:write"])).GetAsync("/v1/assets/folders?tenant=site&space=open").ProblemAsync(403, "insufficient_scope");
        (await RowsAsync(stranger.Owner, "")).ShouldBeEmpty();
        await home.Owner.GetAsync("/v1/assets/folders?tenant=site").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync("/v1/assets/folders?tenant=site&space=nothing").ProblemAsync(404, "not_found");
        await home.Owner.GetAsync("/v1/assets/folders?tenant=site&space=open&folder=/a/../b").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync("/v1/assets/folders?tenant=site&space=open&cursor=%21").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync("/v1/assets/folders?tenant=site&space=open&cursor=AP8").ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_folder_is_renamed_and_moved_with_everything_below_it_and_nothing_else()
    {
        var home = await api.NewHomeAsync();
        string[] folders = ["/trips", "/trips/lake/deep", "/trips2", "/a%b", "/a%bc"];
        for (var i = 0; i < folders.Length; i++)
            await home.Owner.UploadAsync(IngestionFixture.Png(120 + i), "open", ("folder", folders[i]));
        var moved = await home.Owner.PostAsync("/v1/assets/folders/move", Of("/trips", "/2026/journeys")).OkAsync();
        ((int)moved["assets"]!).ShouldBe(2);
        (await RowsAsync(home.Owner, "")).ShouldBe(["/2026 2026 0/2", "/a%b a%b 1/1", "/a%bc a%bc 1/1", "/trips2 trips2 1/1"]);
        (await RowsAsync(home.Owner, "&folder=/2026/journeys/lake")).ShouldBe(["/2026/journeys/lake/deep deep 1/1"]);
        await home.Owner.PostAsync("/v1/assets/folders/move", Of("/a%b", "/")).OkAsync();
        (await home.Owner.GetAsync("/v1/assets?tenant=site&space=open&folder=/").OkAsync()).Items().Count.ShouldBe(1);
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=folder.moved&resource=folder//trips").OkAsync()).Items().ShouldHaveSingleItem();
        (await api.AsOwnerAsync($"SELECT count(*) FROM queue.messages WHERE organization_id = '{home.Id}' AND type = 'asset_changed'")).ShouldBe(3L);

        await home.Owner.PostAsync("/v1/assets/folders/move", Of("/2026", "/2026/within")).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/assets/folders/move", Of("/", "/all")).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/assets/folders/move", Of("/nowhere", "/else")).ProblemAsync(404, "not_found");
        await home.Owner.PostAsync("/v1/assets/folders/move", Of("/2026", "/" + new string('x', 998))).ProblemAsync(400, "invalid_request");
        await (await home.KeyAsync(["image:read"])).PostAsync("/v1/assets/folders/move", Of("/2026", "/x")).ProblemAsync(403, "insufficient_scope");
        await (await api.NewHomeAsync()).Owner.PostAsync("/v1/assets/folders/move", Of("/2026", "/x")).ProblemAsync(404, "not_found");

        static object Of(string from, string to) => new { tenant = "site", space = "open", from, to };
    }

    private static async Task<List<string>> RowsAsync(ApiClient client, string query) =>
        [.. (await client.GetAsync($"/v1/assets/folders?tenant=site&space=open{query}").OkAsync()).Items()
            .Select(item => $"{item!["folder"]} {item["name"]} {item["assets"]}/{item["total"]}")];
}
