using System.Net;
using ImageService.Core.Registry;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>
/// A watermarked space never gives a picture without it: every format, operation, preset, kind of original and route, whatever else the policies say. Old URLs:
/// <see cref="Dialects.OldUrlTests"/>. What manages pictures and not serves them (<c>GET /v1/assets/{id}/content</c>) is not meant.
/// </summary>
public sealed class WatermarkTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private static readonly string[] Extensions = ["jpg", "jpeg", "png", "webp", "avif", "gif", "jxl"];

    private static readonly string[] Operations =
    [
        "q_85", "w_200", "h_150", "w_auto", "w_200-h_200", "w_200-h_200-g_northwest", "w_200-h_200-g_smart", "w_200-h_200-f_pad-b_fff",
        "w_200-h_200-f_contain", "w_200-h_100-f_fill", "w_200-h_300-f_outside", "w_200-ar_1:1", "w_100-dpr_2", "w_100-pad_60", "crop_0,0,250,200",
        "crop_0.0,0.0,0.5,0.5", "trim_10", "r_90-w_200", "w_200-flip", "w_200-flop", "w_200-round_max", "w_200-b_0000", "w_200-bri_0", "w_200-con_0",
        "w_200-sat_0", "w_200-gam_9", "w_200-tint_0f0", "w_200-duotone_000,fff", "w_200-bw", "w_200-blur_100", "w_200-sharpen_10",
        "w_200-pixelate_512", "w_200-q_auto", "w_200-q_eco", "w_200-o_other-o2_other-o3_other", "w_200-odpr_4", "preset_card", "preset_card-w_250",
        "preset_whole", "preset_covered",
    ];

    private static readonly string[] Accepts = ["*/*", "image/webp,*/*", "image/avif,*/*", "image/jxl"];

    [Fact]
    public async Task Every_format_and_operation_carries_it()
    {
        var (space, asset) = await WatermarkedAsync(150);
        List<string> files =
        [
            .. Extensions.SelectMany(static extension => (string[])[$"original.{extension}", $"w_200.{extension}", $"w_200-fmt_{FormatOf(extension)}.png"]),
            .. Operations.SelectMany(static operations => (string[])[$"{operations}.png", $"{operations}-f_auto.jpg"]),
            "w_200-bytes_3000.jpg", "w_300-bytes_2500.webp",
        ];

        var bare = new List<string>();
        foreach (var file in files)
        {
            foreach (var accept in file.Contains("auto", StringComparison.Ordinal) ? Accepts : Accepts[..1])
            {
                var (bytes, response) = await ImageAsync(Stack, asset.Public(file), ("Accept", accept), ("Sec-CH-Width", "200"));
                if (!Watermarks.IsOn(bytes) || response.Headers.CacheControl!.ToString().Contains("immutable", StringComparison.Ordinal))
                    bare.Add($"{file} ({accept})");
            }
        }

        bare.ShouldBeEmpty();
        files.Count.ShouldBeGreaterThan(90);
    }

    [Fact]
    public async Task Every_route_and_layer_carries_it_whatever_else_the_policies_say()
    {
        foreach (var (key, json) in ((string, string)[])
            [("original_delivery", "\"exact\""), ("original_delivery", "\"stripped\""), ("preserve_hdr", "true"), ("keep_copyright", "true"),
            ("transform_mode", "\"presets_only\""), ("transform_mode", "\"signed_only\""), ("width_ladder", "[200,300]"), ("signing_mode", "\"off\"")])
        {
            var (space, open) = await WatermarkedAsync(150, (key, json));
            var hidden = await space.AddAsync(AssetAccess.Private);
            string[] files = ["original.jpg", "original.webp", "preset_card.jpg", .. key == "transform_mode" ? Array.Empty<string>() : ["w_200.webp"]];
            foreach (var file in files)
            {
                foreach (var url in (string[])[open.Public(file), open.Signed(file, kind: "pub"), hidden.Signed(file)])
                {
                    for (var layer = 0; layer < 2; layer++)
                        Watermarks.IsOn((await ImageAsync(Stack, url)).Bytes).ShouldBeTrue($"{url} under {key} {json}");
                }
            }
        }
    }

    [Fact]
    public async Task Every_frame_of_an_animation_and_what_is_transparent_carries_it()
    {
        var (space, _) = await WatermarkedAsync(150);
        var clear = await space.AddAsync(Pictures.TransparentPng(300, 200, 7), 300, 200, AssetAccess.Public, "png");
        var moving = await space.AddAsync(Moving(), 300, 200, AssetAccess.Public, "gif", frames: 3);
        foreach (var asset in (StackAsset[])[clear, moving])
        {
            foreach (var file in (string[])
                ["original.png", "original.gif", "original.webp", "w_200.gif", "w_200.webp", "w_200-f_auto.gif", "w_200.jpg", "w_200.avif"])
                Watermarks.IsOn((await ImageAsync(Stack, asset.Public(file), ("Accept", "image/webp"))).Bytes).ShouldBeTrue(file);
        }

        Pictures.Size((await ImageAsync(Stack, moving.Public("original.gif"))).Bytes).Frames.ShouldBe(3);
    }

    [Fact]
    public async Task What_was_made_before_the_policy_is_not_served_after_it_from_any_layer()
    {
        var space = await Stack.NewSpaceAsync();
        await Watermarks.OverlayAsync(space, "mark", Watermarks.Mark);
        var asset = await space.AddAsync();
        string[] files = ["original.jpg", "w_200.webp"];
        var tags = new List<string>();
        foreach (var file in files)
        {
            var (bytes, response) = await ImageAsync(Stack, asset.Public(file));
            Watermarks.IsOn(bytes).ShouldBeFalse();
            tags.Add(Header(response, "ETag")!);
        }

        await using (var db = space.Db())
        {
            var (key, json) = Watermarks.Policy(150);
            db.Add(new PolicyRow
            {
                OrganizationId = space.OrganizationId, Level = PolicyLevel.Space, ScopeId = space.SpaceId, Key = key, Value = json,
                UpdatedAt = DateTimeOffset.UtcNow
            });
            await db.SaveChangesAsync(Ct);
        }

        var other = await AnotherAsync();
        foreach (var (file, tag) in files.Zip(tags))
        {
            await Probe.UntilAsync(async () => Watermarks.IsOn((await ImageAsync(Stack, asset.Public(file))).Bytes), "the policy is heard of");
            foreach (var stack in (GatewayStack[])[Stack, other])
            {
                var (bytes, _) = await ImageAsync(stack, asset.Public(file), ("If-None-Match", tag));
                Watermarks.IsOn(bytes).ShouldBeTrue(file);
            }
        }
    }

    [Fact]
    public async Task A_small_picture_is_not_marked()
    {
        var (_, asset) = await WatermarkedAsync(150);
        Watermarks.IsOn((await ImageAsync(Stack, asset.Public("w_149.png"))).Bytes).ShouldBeFalse();
    }

    [Fact]
    public async Task A_new_revision_is_a_new_picture_and_a_missing_overlay_no_picture_at_all()
    {
        var (space, asset) = await WatermarkedAsync(1);
        var (_, first) = await ImageAsync(Stack, asset.Public("w_200.png"));
        await using (var db = space.Db())
        {
            var overlay = await db.Overlays.AsTracking().SingleAsync(row => row.Slug == "mark", Ct);
            overlay.CurrentRevision = 2;
            db.OverlayRevisions.Add(
                new OverlayRevisionRow
                {
                    OrganizationId = space.OrganizationId, OverlayId = overlay.Id, Revision = 2,
                    Elements = Watermarks.Mark.Replace("f0f", "0f0", StringComparison.Ordinal)
                });
            await db.SaveChangesAsync(Ct);
        }

        await Probe.UntilAsync(
            async () =>
            {
                var (bytes, again) = await ImageAsync(Stack, asset.Public("w_200.png"));
                return !Watermarks.IsOn(bytes) && again.Headers.ETag!.Tag != first.Headers.ETag!.Tag;
            },
            "the new revision is drawn");
        await using (var db = space.Db())
            await db.Overlays.ExecuteDeleteAsync(Ct);
        await Probe.UntilAsync(async () => (await Stack.GetAsync(asset.Public("w_200.png"))).StatusCode == HttpStatusCode.Forbidden,
            "rather none than one without");
        (await ProblemAsync(Stack, asset.Public("original.jpg"), HttpStatusCode.Forbidden)).ShouldBe("policy_forbids");
    }

    private static string FormatOf(string extension) => extension == "jpeg" ? "jpg" : extension;

    private async Task<(StackSpace Space, StackAsset Asset)> WatermarkedAsync(int minWidth, params (string Key, string Json)[] policies)
    {
        var space = await Stack.NewSpaceAsync([Watermarks.Policy(minWidth), .. policies]);
        await Watermarks.OverlayAsync(space, "mark", Watermarks.Mark);

        // A URL's own overlay lies beneath, also where it would cover all.
        await Watermarks.OverlayAsync(space, "other", """[{"type":"shape","shape":"rect","color":"0f0","width":"100%","height":"100%"}]""");
        await Watermarks.PresetAsync(space, "card", "w_300");
        await Watermarks.PresetAsync(space, "whole", "original");
        await Watermarks.PresetAsync(space, "covered", "w_300-o_other");
        return (space, await space.AddAsync());
    }

    private static byte[] Moving()
    {
        using var frames = new ImageMagick.MagickImageCollection();
        foreach (var colour in (string[])["#204060", "#60a020", "#c0c0c0"])
            frames.Add(new ImageMagick.MagickImage(new ImageMagick.MagickColor(colour), 300, 200) { AnimationDelay = 10 });
        return frames.ToByteArray(ImageMagick.MagickFormat.Gif);
    }
}
