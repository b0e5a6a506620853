using System.Net;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>Overlays and their texts as images are asked for; watermarks: <see cref="WatermarkTests"/>.</summary>
public sealed class OverlayGatewayTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private const string Titled = """[{"type":"text","text":"{t1|none}","size":40,"color":"f0f"}]""";
    private static readonly string Hello = OverlayTexts.Write("Hello");

    [Fact]
    public async Task Texts_in_a_url_need_a_signature_unless_the_policy_is_open_or_a_preset_holds_them()
    {
        var space = await Stack.NewSpaceAsync();
        await Watermarks.OverlayAsync(space, "title", Titled);
        await Watermarks.PresetAsync(space, "hello", $"w_200-o_title-t1_{Hello}");
        var asset = await space.AddAsync();
        (await ProblemAsync(Stack, asset.Public($"w_200-o_title-t1_{Hello}.png"), HttpStatusCode.Forbidden)).ShouldBe("policy_forbids");
        var signed = (await ImageAsync(Stack, asset.Signed($"w_200-o_title-t1_{Hello}.png", kind: "pub"))).Response.Headers.ETag;
        var preset = (await ImageAsync(Stack, asset.Public("preset_hello.png"))).Response.Headers.ETag;
        preset.ShouldBe(signed, "the same meaning");
        (await ImageAsync(Stack, asset.Public("w_200-o_title.png"))).Response.Headers.ETag.ShouldNotBe(signed);

        var open = await Stack.NewSpaceAsync(("overlay_text", "\"open\""));
        await Watermarks.OverlayAsync(open, "title", Titled);
        var other = await open.AddAsync();
        var (written, _) = await ImageAsync(Stack, other.Public($"w_200-o_title-t1_{Hello}.png"));
        written.ShouldNotBe((await ImageAsync(Stack, other.Public("w_200-o_title.png"))).Bytes);

        // A text that nothing shows makes no other picture.
        (await ImageAsync(Stack, other.Public($"w_200-o_title-t2_{Hello}.png"))).Response.Headers.ETag
            .ShouldBe((await ImageAsync(Stack, other.Public("w_200-o_title.png"))).Response.Headers.ETag);
    }

    [Theory]
    [InlineData("enforce")]
    [InlineData("report")]
    [InlineData("off")]
    public async Task Nobody_writes_on_a_picture_without_a_good_signature_by_any_way(string mode)
    {
        var space = await Stack.NewSpaceAsync(("signing_mode", $"\"{mode}\""));
        await Watermarks.OverlayAsync(space, "title", Titled);
        await Watermarks.PresetAsync(space, "titled", "w_200-o_title");
        var (open, hidden) = (await space.AddAsync(), await space.AddAsync(AssetAccess.Private));
        string[] texts =
        [
            .. Enumerable.Range(1, 9).Select(number => $"w_200-o_title-t{number}_{Hello}"),
            $"preset_titled-t1_{Hello}", $"o_title-t1_{Hello}-o2_title", $"w_200-t1_{Hello}", "o3_title-t1_",
        ];
        foreach (var text in texts)
        {
            foreach (var extension in (string[])["png", "webp"])
            {
                var file = $"{text}.{extension}";
                (await ProblemAsync(Stack, open.Public(file), HttpStatusCode.Forbidden)).ShouldBe("policy_forbids", file);

                // A signature of something else, a bent one, one that has ended.
                var other = open.Signed($"w_200-o_title.{extension}", kind: "pub");
                foreach (var query in (string[])[other[other.IndexOf('?', StringComparison.Ordinal)..], "?sig=AAAA&exp=4102444800&kid=x", "?sig="])
                    (await RefusedAsync(open.Public(file) + query)).ShouldBeTrue(file);
                (await RefusedAsync(open.Signed(file, DateTimeOffset.UtcNow.AddMinutes(-5), kind: "pub"))).ShouldBeTrue(file);
                (await RefusedAsync(hidden.Path("priv", file))).ShouldBeTrue(file);
                (await RefusedAsync(hidden.Path("priv", file) + "?sig=AAAA&exp=4102444800&kid=x")).ShouldBeTrue(file);
            }
        }

        // Once its signed one was served from memory, the unsigned one is refused all the same.
        var signed = $"w_200-o_title-t1_{Hello}.png";
        foreach (var _ in (int[])[1, 2])
            await ImageAsync(Stack, open.Signed(signed, kind: "pub"));
        (await ProblemAsync(Stack, open.Public(signed), HttpStatusCode.Forbidden)).ShouldBe("policy_forbids");
    }

    [Fact]
    public async Task A_picture_in_an_overlay_may_be_private_and_when_it_is_gone_the_answer_says_so()
    {
        var space = await Stack.NewSpaceAsync();
        var (asset, logo) = (await space.AddAsync(), await space.AddAsync(AssetAccess.Private, 80, 60));
        await Watermarks.OverlayAsync(space, "badge", $$"""[{"type":"image","asset":"{{logo.Id}}","version":1,"gravity":"northwest"}]""");
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

    private async Task<bool> RefusedAsync(string url)
    {
        using var response = await Stack.GetAsync(url);
        return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
    }
}
