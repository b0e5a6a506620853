using System.Net;
using ImageService.Core.Operations;
using ImageService.Core.Overlays;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>Overlays and watermarks as images are asked for.</summary>
public sealed class OverlayGatewayTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private const string Magenta = """[{"type":"shape","shape":"rect","color":"f0f","width":"20%","height":"20%","gravity":"southeast"}]""";
    private const string Titled = """[{"type":"text","text":"{t1|none}","size":40,"color":"f0f"}]""";
    private static readonly string Hello = OverlayTexts.Write("Hello");

    [Theory]
    [InlineData("original.jpg")]
    [InlineData("original.png")]
    [InlineData("w_200.jpg")]
    [InlineData("w_200.webp")]
    [InlineData("w_200.png")]
    [InlineData("w_200-f_auto.jpg")]
    [InlineData("w_200.avif")]
    [InlineData("w_200.gif")]
    [InlineData("w_200-h_200-f_pad-b_fff.jpg")]
    [InlineData("w_200-round_max.png")]
    [InlineData("trim_10.png")]
    [InlineData("crop_0,0,250,200.png")]
    [InlineData("w_200-bytes_3000.jpg")]
    [InlineData("preset_card.jpg")]
    [InlineData("preset_whole.jpg")]
    public async Task A_watermarked_space_gives_no_picture_without_it(string file)
    {
        var (space, asset) = await WatermarkedAsync(150);
        await PresetAsync(space, "card", "w_300");
        await PresetAsync(space, "whole", "original");
        var (bytes, response) = await ImageAsync(Stack, asset.Public(file), ("Accept", "image/avif,image/webp"));
        IsMarked(bytes).ShouldBeTrue();
        response.Headers.CacheControl!.ToString().ShouldNotContain("immutable");
    }

    [Fact]
    public async Task A_private_original_delivered_exactly_is_marked_too_and_a_small_picture_is_not()
    {
        var (space, _) = await WatermarkedAsync(150, ("original_delivery", "\"exact\""));
        var hidden = await space.AddAsync(AssetAccess.Private);
        IsMarked((await ImageAsync(Stack, hidden.Signed("original.jpg"))).Bytes).ShouldBeTrue();
        IsMarked((await ImageAsync(Stack, hidden.Signed("w_149.png"))).Bytes).ShouldBeFalse();
    }

    [Fact]
    public async Task A_new_revision_is_a_new_picture_and_a_missing_overlay_no_picture_at_all()
    {
        var (space, asset) = await WatermarkedAsync(1);
        var (_, first) = await ImageAsync(Stack, asset.Public("w_200.png"));
        await using (var db = space.Db())
        {
            var overlay = await db.Overlays.AsTracking().SingleAsync(Ct);
            overlay.CurrentRevision = 2;
            db.OverlayRevisions.Add(
                new OverlayRevisionRow { OrganizationId = space.OrganizationId, OverlayId = overlay.Id, Revision = 2,
                    Elements = Magenta.Replace("f0f", "0f0", StringComparison.Ordinal) });
            await db.SaveChangesAsync(Ct);
        }

        await Probe.UntilAsync(
            async () =>
            {
                var (bytes, again) = await ImageAsync(Stack, asset.Public("w_200.png"));
                return !IsMarked(bytes) && again.Headers.ETag!.Tag != first.Headers.ETag!.Tag;
            },
            "the new revision is drawn");
        await using (var db = space.Db())
            await db.Overlays.ExecuteDeleteAsync(Ct);
        await Probe.UntilAsync(async () => (await Stack.GetAsync(asset.Public("w_200.png"))).StatusCode == HttpStatusCode.Forbidden,
            "rather none than one without");
    }

    [Fact]
    public async Task Texts_in_a_url_need_a_signature_unless_the_policy_is_open_or_a_preset_holds_them()
    {
        var space = await Stack.NewSpaceAsync();
        await OverlayAsync(space, "title", Titled);
        await PresetAsync(space, "hello", $"w_200-o_title-t1_{Hello}");
        var asset = await space.AddAsync();
        (await ProblemAsync(Stack, asset.Public($"w_200-o_title-t1_{Hello}.png"), HttpStatusCode.Forbidden)).ShouldBe("policy_forbids");
        var signed = (await ImageAsync(Stack, asset.Signed($"w_200-o_title-t1_{Hello}.png", kind: "pub"))).Response.Headers.ETag;
        var preset = (await ImageAsync(Stack, asset.Public("preset_hello.png"))).Response.Headers.ETag;
        preset.ShouldBe(signed, "the same meaning");
        (await ImageAsync(Stack, asset.Public("w_200-o_title.png"))).Response.Headers.ETag.ShouldNotBe(signed);

        var open = await Stack.NewSpaceAsync(("overlay_text", "\"open\""));
        await OverlayAsync(open, "title", Titled);
        var other = await open.AddAsync();
        var (written, _) = await ImageAsync(Stack, other.Public($"w_200-o_title-t1_{Hello}.png"));
        written.ShouldNotBe((await ImageAsync(Stack, other.Public("w_200-o_title.png"))).Bytes);

        // A text that nothing shows makes no other picture.
        (await ImageAsync(Stack, other.Public($"w_200-o_title-t2_{Hello}.png"))).Response.Headers.ETag
            .ShouldBe((await ImageAsync(Stack, other.Public("w_200-o_title.png"))).Response.Headers.ETag);
    }

    [Fact]
    public async Task A_picture_in_an_overlay_may_be_private_and_when_it_is_gone_the_answer_says_so()
    {
        var space = await Stack.NewSpaceAsync();
        var (asset, logo) = (await space.AddAsync(), await space.AddAsync(AssetAccess.Private, 80, 60));
        await OverlayAsync(space, "badge", $$"""[{"type":"image","asset":"{{logo.Id}}","version":1,"gravity":"northwest"}]""");
        var (bytes, _) = await ImageAsync(Stack, asset.Public("w_200-o_badge.png"));
        using (var made = Image.NewFromBuffer(bytes))
        using (var own = Image.NewFromBuffer(logo.Original))
            made[40, 30].Zip(own[40, 30]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= 2);
        (await ProblemAsync(Stack, asset.Public("w_200-o_nothing.png"), HttpStatusCode.NotFound)).ShouldBe("not_found");

        await using (var db = space.Db())
            await db.Assets.Where(row => row.Id == logo.Id.Value).ExecuteUpdateAsync(set => set.SetProperty(row => row.DeletedAt, DateTimeOffset.UtcNow), Ct);
        await Probe.UntilAsync(
            async () =>
            {
                using var response = await Stack.GetAsync(asset.Public("w_201-o_badge.png"));
                return response.StatusCode == HttpStatusCode.NotFound
                    && (await response.Content.ReadAsStringAsync(Ct)).Contains(logo.Id.ToString(), StringComparison.Ordinal);
            },
            "the missing picture is named");
    }

    private async Task<(StackSpace Space, StackAsset Asset)> WatermarkedAsync(int minWidth, params (string Key, string Json)[] policies)
    {
        var space = await Stack.NewSpaceAsync([("watermark", $$"""{"overlay":"mark","minWidth":{{minWidth}}}"""), .. policies]);
        await OverlayAsync(space, "mark", Magenta);
        return (space, await space.AddAsync());
    }

    private static async Task OverlayAsync(StackSpace space, string slug, string elements)
    {
        OverlayElements.Read(elements).Error.ShouldBeNull();
        await using var db = space.Db();
        var overlay = new Overlay { OrganizationId = space.OrganizationId, Slug = slug, Name = slug, CreatedAt = DateTimeOffset.UtcNow,
            UpdatedAt = DateTimeOffset.UtcNow };
        overlay.Revisions.Add(new OverlayRevisionRow { OrganizationId = space.OrganizationId, OverlayId = overlay.Id, Revision = 1, Elements = elements });
        db.Overlays.Add(overlay);
        await db.SaveChangesAsync(Ct);
    }

    private static async Task PresetAsync(StackSpace space, string slug, string operations)
    {
        await using var db = space.Db();
        var preset = new Preset { OrganizationId = space.OrganizationId, Slug = slug, Name = slug };
        preset.Revisions.Add(new PresetRevisionRow { OrganizationId = space.OrganizationId, PresetId = preset.Id, Revision = 1, Operations = operations });
        db.Presets.Add(preset);
        await db.SaveChangesAsync(Ct);
    }

    /// <summary>Whether the magenta of the mark is where it belongs.</summary>
    private static bool IsMarked(byte[] bytes)
    {
        using var image = Image.NewFromBuffer(bytes);
        using var srgb = image.Colourspace(Enums.Interpretation.Srgb);
        var pixel = srgb[(int)(srgb.Width * 0.86), (int)(srgb.Height * 0.86)];
        return pixel[0] > 200 && pixel[1] < 80 && pixel[2] > 200;
    }
}
