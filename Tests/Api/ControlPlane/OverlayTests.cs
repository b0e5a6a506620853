using System.Net.Http.Headers;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class OverlayTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static readonly object[] Sale = [new { type = "text", text = "{t1|Sale}", size = "10%", color = "fff",
        outline = new { color = "000", width = 2 } }];

    [Fact]
    public async Task An_overlay_is_created_revised_listed_and_deleted_at_each_level()
    {
        var home = await api.NewHomeAsync();
        foreach (var level in (string[])["", "/tenants/site", "/tenants/site/spaces/open"])
        {
            var overlays = $"{home.Root}{level}/overlays";
            var made = await home.Owner.PostAsync(overlays, new { slug = "sale", elements = Sale }).OkAsync(201);
            (made.Text("name"), (int)made["revision"]!, made["elements"]![0]!.AsObject().Text("text")).ShouldBe(("sale", 1, "{t1|Sale}"));
            await home.Owner.PostAsync(overlays, new { slug = "sale", elements = Sale }).ProblemAsync(409, "slug_taken");
            var read = await home.Owner.GetAsync($"{overlays}/sale").OkAsync();
            read["elements"]![0]!["color"] = "f00";
            ((int)(await home.Owner.PutAsync($"{overlays}/sale", read).OkAsync())["revision"]!).ShouldBe(2);
            (await home.Owner.GetAsync(overlays).OkAsync()).Items().Count.ShouldBe(1);
        }

        var inForce = (await home.Owner.GetAsync($"{home.Root}/tenants/site/spaces/open/overlays?effective=true").OkAsync()).Items();
        ((string?)inForce.ShouldHaveSingleItem()!["level"]).ShouldBe("space");
        await home.Owner.DeleteAsync($"{home.Root}/tenants/site/spaces/open/overlays/sale").OkAsync(204);
        await home.Owner.GetAsync($"{home.Root}/tenants/site/spaces/open/overlays/sale").ProblemAsync(404, "not_found");
        var log = await home.Owner.GetAsync($"{home.Root}/audit-logs?action=overlay.created").OkAsync();
        log.Items().Count.ShouldBe(3);
        log.Items()[0]!["after"]!["elements"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_drawn_or_is_not_there_is_refused_by_name()
    {
        var home = await api.NewHomeAsync();
        var overlays = $"{home.Root}/overlays";
        (await home.Owner.PostAsync(overlays, new { slug = "x", elements = (object[])[new { type = "text", text = "a", size = -1 }] })
            .ProblemAsync(400, "invalid_request"))
            .Text("detail").ShouldStartWith("elements[0].size");
        (await home.Owner.PostAsync(overlays, new { slug = "x", elements = (object[])[new { type = "text", text = "a", font = "comic" }] })
            .ProblemAsync(400, "invalid_request"))
            .Text("detail").ShouldContain("noto_sans");
        var nobody = new ImageService.Core.Registry.AssetId(Guid.CreateVersion7()).ToString();
        (await home.Owner.PostAsync(overlays, new { slug = "x", elements = (object[])[new { type = "image", asset = nobody }] })
            .ProblemAsync(400, "invalid_request"))
            .Text("detail").ShouldContain(nobody);
        await home.Owner.PostAsync(overlays, new { slug = "not-good", elements = Sale }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync(overlays, new { slug = "x", elements = (object[])[new { type = "text", text = "a", wobble = 1 }] })
            .ProblemAsync(400, "invalid_request");
        var reader = await home.KeyAsync(["image:read"]);
        await reader.PostAsync(overlays, new { slug = "x", elements = Sale }).ProblemAsync(403, "insufficient_scope");
    }

    [Fact]
    public async Task An_overlay_that_a_watermark_uses_cannot_be_deleted()
    {
        var home = await api.NewHomeAsync();
        var space = $"{home.Root}/tenants/site/spaces/open";
        await home.Owner.PutAsync($"{space}/policies/watermark", new { value = new { overlay = "mark", minWidth = 300 } }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/overlays", new { slug = "mark", elements = Sale }).OkAsync(201);
        await home.Owner.PutAsync($"{space}/policies/watermark", new { value = new { overlay = "mark", minWidth = 300 } }).OkAsync();
        foreach (var wrong in (object[])[new { overlay = "mark", minWidth = 0 }, new { minWidth = 5 }, "mark", new { overlay = "mark", size = 1 }])
            await home.Owner.PutAsync($"{space}/policies/watermark", new { value = wrong }).ProblemAsync(400, "invalid_request");
        await home.Owner.DeleteAsync($"{home.Root}/overlays/mark").ProblemAsync(409, "conflict");
        await home.Owner.PostAsync($"{home.Root}/tenants/site/spaces/closed/overlays", new { slug = "mark", elements = Sale }).OkAsync(201);
        await home.Owner.DeleteAsync($"{home.Root}/tenants/site/spaces/closed/overlays/mark").OkAsync(204);
        await home.Owner.DeleteAsync($"{space}/policies/watermark").OkAsync(204);
        await home.Owner.DeleteAsync($"{home.Root}/overlays/mark").OkAsync(204);
    }

    [Fact]
    public async Task A_font_is_checked_kept_used_and_only_then_guarded_from_deletion()
    {
        var home = await api.NewHomeAsync();
        var file =
            await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "Core/Engine/Overlays/Fonts/NotoSansHebrew-Bold.ttf"),
                TestContext.Current.CancellationToken);
        var font = await UploadAsync(home, file, "house_bold").OkAsync(201);
        (font.Text("family"), font.Text("style"), (bool)font["isShipped"]!).ShouldBe(("Noto Sans Hebrew", "Bold", false));
        font["scripts"]!.AsArray().Select(script => (string?)script).ShouldContain("Hebr");
        await UploadAsync(home, file, "house_bold").ProblemAsync(409, "slug_taken");
        await UploadAsync(home, file, "noto_sans").ProblemAsync(409, "slug_taken");
        (await home.Owner.GetAsync($"{home.Root}/fonts").OkAsync()).Items().Count.ShouldBe(13);

        await home.Owner.PostAsync($"{home.Root}/overlays",
            new { slug = "title", elements = (object[])[new { type = "text", text = "שלום", font = "house_bold" }] }).OkAsync(201);
        await home.Owner.DeleteAsync($"{home.Root}/fonts/house_bold").ProblemAsync(409, "conflict");
        await home.Owner.DeleteAsync($"{home.Root}/overlays/title").OkAsync(204);
        await home.Owner.DeleteAsync($"{home.Root}/fonts/house_bold").OkAsync(204);
        await home.Owner.DeleteAsync($"{home.Root}/fonts/house_bold").ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_file_that_is_no_font_or_a_broken_one_is_refused()
    {
        var home = await api.NewHomeAsync();
        await UploadAsync(home, "wOF2 and more of it"u8.ToArray(), "a").ProblemAsync(415, "unsupported_media_type");
        var broken = new byte[4000];
        broken[1] = 1;
        await UploadAsync(home, broken, "b").ProblemAsync(422, "undecodable_image");
        await UploadAsync(home, new byte[(20 << 20) + 1], "c").ProblemAsync(413, "payload_too_large");
    }

    private static Task<HttpResponseMessage> UploadAsync(ApiHome home, byte[] file, string slug)
    {
        var part = new ByteArrayContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("font/ttf");
        return home.Owner.SendAsync(HttpMethod.Post, $"{home.Root}/fonts",
            new MultipartFormDataContent { { part, "file", "font.ttf" }, { new StringContent(slug), "slug" } });
    }
}
