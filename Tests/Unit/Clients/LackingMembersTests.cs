using System.Net;
using System.Text;
using ImageService.Client;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Clients;

/// <summary>Answers of a service that does not say everything, or says null: what is no nullable member of the .NET client is never null.</summary>
[Trait("Level", "Unit")]
public sealed class LackingMembersTests
{
    private const string Asset =
        """
        {"id": "01KAVW3S8N2V4B6D8F0H2K4M6P", "version": 1, "tenant": "website", "space": "marketing", "folder": "/", "access": "public", "filename": "a.jpg",
        "format": "jpg", "width": 4, "height": 3,
        "urls": {"original": "https://a.example/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/original.jpg"}}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData(""", "tags": null, "contentHash": null, "frames": 0""")]
    public async Task An_asset_lacks_no_list_and_no_text(string more)
    {
        var asset = await Client(Asset[..^1] + more + "}").GetAssetAsync("01KAVW3S8N2V4B6D8F0H2K4M6P", Ct);
        (asset.Tags.Count, asset.Frames, asset.ContentHash, asset.Urls.Presets.Count).ShouldBe((0, 1, "", 0));
        asset.Url().Extension.ShouldBe("jpg");
    }

    [Fact]
    public async Task A_list_of_assets_has_the_same()
    {
        var page = await Client($$"""{"items": [{{Asset}}]}""").ListAssetsAsync(new AssetFilter(), ct: Ct);
        page.NextCursor.ShouldBeNull();
        page.Items.ShouldHaveSingleItem().Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_and_a_preset_lack_neither()
    {
        var version = (await Client("""{"items": [{"version": 1, "format": "jpg", "width": 4, "height": 3, "url": "/a"}]}""").ListVersionsAsync("a", Ct))
            .ShouldHaveSingleItem();
        (version.Frames, version.ContentHash, version.Tier).ShouldBe((1, "", ""));
        var preset = await Client("""{"id": "0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b", "slug": "card", "name": "Card", "operations": "w_1", "revision": 1}""")
            .GetPresetAsync(new Level("acme"), "card", Ct);
        (preset.MatchTags.Count, preset.MatchFolders.Count).ShouldBe((0, 0));
    }

    private static ImageServiceClient Client(string answer) => new(new HttpClient(new Answers(answer)) { BaseAddress = new("https://a.example") }, "key");

    private sealed class Answers(string json) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(json, Encoding.UTF8, "application/json") });
    }
}
