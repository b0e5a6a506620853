using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>Widths and qualities that a browser's hints decide.</summary>
public sealed class ClientHintTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task A_width_by_hints_is_a_step_of_the_ladder_and_shares_its_variant()
    {
        var asset = await (await Stack.NewSpaceAsync(("width_ladder", "[100,200,300]"))).AddAsync();
        var (bytes, first) = await ImageAsync(Stack, asset.Public("w_auto.jpg"), ("Sec-CH-Width", "120"));
        Pictures.Size(bytes).ShouldBe((200, 150, 1));
        Header(first, "Vary").ShouldBe("Sec-CH-Width, Sec-CH-DPR, Sec-CH-Viewport-Width, Width, DPR, Viewport-Width");
        Header(first, "Accept-CH")!.ShouldContain("Sec-CH-Width");

        foreach (var hints in ((string, string)[][])[[("Width", "101")], [("Viewport-Width", "100"), ("DPR", "1.5")], [("Sec-CH-Viewport-Width", "150")]])
            Layer((await ImageAsync(Stack, asset.Public("w_auto.jpg"), hints)).Response).ShouldBe("memory");
        var (_, plain) = await ImageAsync(Stack, asset.Public("w_200.jpg"), ("Sec-CH-Width", "300"));
        (Layer(plain), Header(plain, "Vary")).ShouldBe(("memory", null), "what no hint decides does not vary by it");
        Pictures.Size((await ImageAsync(Stack, asset.Public("w_auto.jpg"), ("Sec-CH-Width", "9999"))).Bytes).ShouldBe((300, 225, 1));
        Pictures.Size((await ImageAsync(Stack, asset.Public("w_auto.jpg"), ("Sec-CH-Width", "nonsense"), ("DPR", "2"))).Bytes)
            .ShouldBe((400, 300, 1), "without hints none");
        Pictures.Size((await ImageAsync(Stack, asset.Public("w_auto-dpr_2.jpg"), ("Sec-CH-Width", "150"))).Bytes)
            .ShouldBe((200, 150, 1), "the hint is in px of the device");
    }

    [Fact]
    public async Task Who_saves_data_gets_a_smaller_file_under_a_key_of_its_own()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(width: 800, height: 600);
        var (usual, first) = await ImageAsync(Stack, asset.Public("w_400-q_auto.jpg"));
        var (less, saving) = await ImageAsync(Stack, asset.Public("w_400-q_auto.jpg"), ("Save-Data", "on"));
        var (_, again) = await ImageAsync(Stack, asset.Public("w_400-q_eco.jpg"));

        (Header(first, "Vary"), Header(saving, "Vary")).ShouldBe(("Save-Data", "Save-Data"));
        less.Length.ShouldBeLessThan(usual.Length);
        Header(saving, "ETag").ShouldNotBe(Header(first, "ETag"));
        (Layer(again), Header(again, "Vary")).ShouldBe(("memory", null));
        Header((await ImageAsync(Stack, asset.Public("w_400-q_80.jpg"), ("Save-Data", "on"))).Response, "Vary").ShouldBeNull("a quality that was said stays");
    }
}
