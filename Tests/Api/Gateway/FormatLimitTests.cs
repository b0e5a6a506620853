using ImageService.Core.Operations;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>A picture longer than a format holds: WebP ends at 16383 px, AVIF at 16384.</summary>
public sealed class FormatLimitTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private static readonly (string, string) Browser = ("Accept", "image/avif,image/webp,*/*");

    [Theory]
    [InlineData(17_000, 300, "q_80.webp", 16_383, 289, "width=16383")]
    [InlineData(17_000, 300, "original.webp", 16_383, 289, "width=16383")]
    [InlineData(300, 17_000, "q_80.webp", 289, 16_383, "height=16383")]
    [InlineData(100, 17_000, "q_80.avif", 96, 16_384, "height=16384")]
    [InlineData(300, 17_000, "q_80.jpg", 300, 17_000, null)]
    [InlineData(300, 17_000, "w_100.webp", 100, 5667, null)]
    public async Task An_explicit_format_is_shrunk_to_what_it_holds_and_the_answer_says_so(
        int width, int height, string file, int outWidth, int outHeight, string? said)
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(width: width, height: height);

        foreach (var layer in (string[])["miss", "memory"])
        {
            var (bytes, response) = await ImageAsync(Stack, asset.Public(file));
            Pictures.Size(bytes).ShouldBe((outWidth, outHeight, 1));
            (Layer(response), Header(response, "X-Size-Limited")).ShouldBe((layer, said));
        }
    }

    [Fact]
    public async Task A_preset_is_held_to_the_same_limit()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(width: 17_000, height: 300);
        await Watermarks.PresetAsync(space, "poster", "q_80-fmt_webp");
        await Probe.UntilAsync(async () => (await Stack.GetAsync(asset.Public("preset_poster.webp"))).IsSuccessStatusCode, "the preset is known");

        var (bytes, response) = await ImageAsync(Stack, asset.Public("preset_poster.webp"));

        (Pictures.Size(bytes), Header(response, "X-Size-Limited")).ShouldBe(((16_383, 289, 1), "width=16383"));
    }

    [Fact]
    public async Task A_negotiated_format_is_one_that_holds_the_picture_also_in_a_preset()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(width: 17_000, height: 300);
        await Watermarks.PresetAsync(space, "free", "q_80-fmt_auto");
        await Probe.UntilAsync(async () => (await Stack.GetAsync(asset.Public("preset_free.jpg"), Browser)).IsSuccessStatusCode, "the preset is known");

        foreach (var file in (string[])["fmt_auto-q_80.jpg", "fmt_auto-q_80.webp", "preset_free.jpg", "preset_free.webp"])
        {
            var (bytes, response) = await ImageAsync(Stack, asset.Public(file), Browser);
            (Header(response, "Content-Type"), Header(response, "X-Size-Limited")).ShouldBe(("image/jpeg", null), file);
            Pictures.Size(bytes).ShouldBe((17_000, 300, 1), file);
        }

        Header((await ImageAsync(Stack, asset.Public("fmt_auto-q_80-w_400.jpg"), Browser)).Response, "Content-Type").ShouldBe("image/avif");
    }

    [Fact]
    public async Task What_a_preset_makes_after_an_upload_is_of_a_format_that_holds_the_picture()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(width: 17_000, height: 300);
        await Watermarks.PresetAsync(space, "free", "q_80-fmt_auto");
        await Probe.UntilAsync(async () => (await Stack.GetAsync(asset.Public("preset_free-w_90.jpg"))).IsSuccessStatusCode, "the preset is known");
        var place = (await Stack.Services.GetRequiredService<AssetDirectory>().FindPlaceAsync(space.OrganizationId, asset.Id.Value, Ct))!;

        foreach (var accept in (string[])["image/webp", "image/avif,image/webp"])
        {
            var request = new VariantRequest
            {
                Space = place.Space, AssetId = asset.Id, Version = 1, Operations = new ImageOperations { Preset = "free" }, Extension = ImageFormat.Jpg,
                Accept = accept, IsOwn = true,
            };
            (await Stack.Services.GetRequiredService<VariantProvider>().EnsureAsync(request, Ct)).Error.ShouldBeNull();
        }

        await using var db = space.Db();
        var made = await db.Variants.Where(variant => variant.Width == 17_000).Select(variant => variant.Format).ToListAsync(Ct);
        made.ShouldBe(["jpg"], "one, for browsers of every kind");
        Layer((await ImageAsync(Stack, asset.Public("preset_free.jpg"), Browser)).Response).ShouldNotBe("miss");
    }
}
