using System.Net.Http.Headers;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Assets;

/// <summary>Lists of assets: sorted, filtered, counted.</summary>
[Trait("Level", "Integration")]
public sealed class AssetListTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Theory]
    [InlineData("newest")]
    [InlineData("oldest")]
    [InlineData("name")]
    [InlineData("size")]
    public async Task Every_sort_pages_through_all_without_repeating_or_skipping(string sort)
    {
        var home = await api.NewHomeAsync();
        for (var i = 0; i < 7; i++) await UploadAsync(home, $"{(char)('a' + (i * 3 % 7))}.png", 10 + i, "x");
        List<(string Id, string Name, long Size)> seen = [];
        string? cursor = null;
        do
        {
            var page =
                await home.Owner.GetAsync(
                    $"/v1/assets?tenant=site&space=open&limit=3&sort={sort}{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}").OkAsync();
            seen.AddRange(page.Items().Select(item => ((string)item!["id"]!, (string)item["filename"]!, (long)item["sizeBytes"]!)));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        seen.Select(item => item.Id).Distinct(StringComparer.Ordinal).Count().ShouldBe(7);
        seen.Count.ShouldBe(7);
        var expected = sort switch
        {
            "oldest" => seen.OrderBy(item => item.Id, StringComparer.Ordinal),
            "name" => seen.OrderBy(item => item.Name, StringComparer.Ordinal),
            "size" => seen.OrderByDescending(item => item.Size),
            _ => seen.OrderByDescending(item => item.Id, StringComparer.Ordinal),
        };
        seen.ShouldBe(expected.ToList());
    }

    [Fact]
    public async Task A_cursor_of_another_sort_and_an_unknown_sort_are_refused()
    {
        var home = await api.NewHomeAsync();
        for (var i = 0; i < 2; i++) await UploadAsync(home, $"{i}.png", 30 + i, "x");
        var cursor = ((string?)(await home.Owner.GetAsync("/v1/assets?limit=1&sort=name").OkAsync())["nextCursor"]).ShouldNotBeNull();
        await home.Owner.GetAsync($"/v1/assets?limit=1&sort=size&cursor={Uri.EscapeDataString(cursor)}").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync($"/v1/assets?limit=1&cursor={Uri.EscapeDataString(cursor)}").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync("/v1/assets?sort=colour").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync("/v1/assets?access=secret").ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_list_and_its_facets_are_narrowed_by_the_originals_size()
    {
        var home = await api.NewHomeAsync();
        for (var i = 0; i < 3; i++) await UploadAsync(home, $"{i}.png", 60 + i, "x");
        var sizes = (await home.Owner.GetAsync("/v1/assets?sort=size").OkAsync()).Items().Select(item => (long)item!["sizeBytes"]!).ToList();
        var (most, least) = (sizes[0], sizes[^1]);
        (await CountAsync($"minBytes={most}")).ShouldBe((sizes.Count(size => size >= most), sizes.Count(size => size >= most)));
        (await CountAsync($"maxBytes={least}")).ShouldBe((sizes.Count(size => size <= least), sizes.Count(size => size <= least)));
        (await CountAsync($"minBytes={most + 1}")).ShouldBe((0, 0));
        await home.Owner.GetAsync("/v1/assets?maxBytes=-1").ProblemAsync(400, "invalid_request");

        async Task<(int Listed, int Counted)> CountAsync(string filter) =>
            ((await home.Owner.GetAsync($"/v1/assets?{filter}").OkAsync()).Items().Count,
                (int)(await home.Owner.GetAsync($"/v1/assets/facets?{filter}").OkAsync())["assets"]!);
    }

    [Fact]
    public async Task Facets_count_what_the_filters_leave()
    {
        var home = await api.NewHomeAsync();
        await UploadAsync(home, "a.png", 40, "red,warm");
        await UploadAsync(home, "b.png", 41, "red");
        await UploadAsync(home, "c.png", 42, "");
        var all = await home.Owner.GetAsync("/v1/assets/facets?tenant=site&space=open").OkAsync();
        ((long)all["assets"]!, (long)all["formats"]![0]!["assets"]!, (string)all["access"]![0]!["value"]!).ShouldBe((3, 3, "public"));
        all["tags"]!.AsArray().Select(tag => ((string)tag!["value"]!, (long)tag["assets"]!)).ShouldBe([("red", 2), ("warm", 1)]);
        ((long)(await home.Owner.GetAsync("/v1/assets/facets?tag=warm").OkAsync())["assets"]!).ShouldBe(1);
        (await home.Owner.GetAsync("/v1/assets?untagged=true").OkAsync()).Items().Count.ShouldBe(1);
        (await home.Owner.GetAsync("/v1/assets?format=jpg").OkAsync()).Items().ShouldBeEmpty();
        (await home.Owner.GetAsync("/v1/assets?format=png&access=public").OkAsync()).Items().Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_deleted_asset_is_shown_to_who_asks_for_deleted_ones()
    {
        var home = await api.NewHomeAsync();
        var id = await UploadAsync(home, "gone.png", 50, "");
        await home.Owner.DeleteAsync($"/v1/assets/{id}").OkAsync(204);
        await home.Owner.GetAsync($"/v1/assets/{id}").ProblemAsync(404, "not_found");
        (await home.Owner.GetAsync($"/v1/assets/{id}?deleted=true").OkAsync())["deletedAt"].ShouldNotBeNull();
    }

    private static async Task<string> UploadAsync(ApiHome home, string filename, int seed, string tags)
    {
        var file = new ByteArrayContent(IngestionFixture.Png(seed));
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { new StringContent("site"), "tenant" }, { new StringContent("open"), "space" },
            { new StringContent(tags), "tags" }, { file, "file", filename } };
        return (await home.Owner.SendAsync(HttpMethod.Post, "/v1/assets", form).OkAsync(201)).Text("id");
    }
}
