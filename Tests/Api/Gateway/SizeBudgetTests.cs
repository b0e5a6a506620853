using ImageService.Core.Registry;
using ImageService.Tests.Support;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>A memory budget that holds a JPEG of 1.5 megapixels, and neither a WebP nor an AVIF of them.</summary>
public sealed class SizeBudgetTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    protected override Dictionary<string, string?> Settings => new() { ["Engine:MemoryBudgetBytes"] = $"{24 << 20}" };

    [Fact]
    public async Task What_the_budget_cannot_hold_is_shrunk_and_the_answer_says_so()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(width: 1500, height: 1000);

        var (bytes, response) = await ImageAsync(Stack, asset.Public("q_80.avif"));

        using var picture = Image.HeifloadBuffer(bytes);
        picture.Width.ShouldBeInRange(300, 900);
        ((double)picture.Width / picture.Height).ShouldBe(1.5, 0.02);
        Header(response, "X-Size-Limited").ShouldBe($"width={picture.Width}");
        Header((await ImageAsync(Stack, asset.Public("w_200.avif"))).Response, "X-Size-Limited").ShouldBeNull();
    }

    [Fact]
    public async Task An_original_that_cannot_be_taken_apart_is_encoded_anew_as_large_as_the_budget_holds()
    {
        using var drawn = Image.Black(1500, 1000, bands: 3);
        using var picture = drawn.Copy(interpretation: Enums.Interpretation.Srgb);

        // Whole, but for a block at the end of a kind that there is not.
        byte[] odd = [.. picture.GifsaveBuffer(effort: 1)[..^1], 0x7E, .. "secret-tail"u8, 0x3B];
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(odd, 1500, 1000, AssetAccess.Public);

        var (bytes, response) = await ImageAsync(Stack, asset.Public("original.gif"));

        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/gif");
        bytes.AsSpan().IndexOf("secret-tail"u8).ShouldBe(-1);
        using var made = Image.GifloadBuffer(bytes);
        made.Width.ShouldBeInRange(300, 1200);
        ((double)made.Width / made.Height).ShouldBe(1.5, 0.02);
    }

    [Fact]
    public async Task At_full_size_the_negotiated_format_is_one_that_the_budget_holds()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(width: 1500, height: 1000);

        var (_, whole) = await ImageAsync(Stack, asset.Public("fmt_auto-q_80.jpg"), ("Accept", "image/avif,image/webp,*/*"));
        var (_, small) = await ImageAsync(Stack, asset.Public("fmt_auto-w_200.jpg"), ("Accept", "image/avif,image/webp,*/*"));

        (Header(whole, "Content-Type"), Header(whole, "X-Size-Limited"), Header(whole, "Vary")).ShouldBe(("image/jpeg", null, "Accept"));
        Header(small, "Content-Type").ShouldBe("image/avif");
    }
}
