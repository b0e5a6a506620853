using System.Net;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class StreamedVariantTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    protected override Dictionary<string, string?> Settings => new() { ["Caching:MemoryEntryMaxBytes"] = "1024", ["Caching:RedisEntryMaxBytes"] = "0" };

    [Fact]
    public async Task A_variant_too_large_for_memory_is_streamed_whole_and_in_parts()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(width: 1000, height: 700);
        var path = asset.Public("w_900.png");
        var (made, first) = await ImageAsync(Stack, path);

        var (streamed, second) = await ImageAsync(Stack, path);
        using var part = await Stack.GetAsync(path, ("Range", "bytes=100000-100009"));
        using var tail = await Stack.GetAsync(path, ("Range", "bytes=-10"));

        (Layer(first), Layer(second)).ShouldBe(("miss", "storage"));
        streamed.ShouldBe(made);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync(Ct)).ShouldBe(made[100_000..100_010]);
        (await tail.Content.ReadAsByteArrayAsync(Ct)).ShouldBe(made[^10..]);
        Stack.Transforms.ShouldBe(1);
    }

    [Fact]
    public async Task An_exact_original_too_large_for_memory_is_streamed()
    {
        var asset = await (await Stack.NewSpaceAsync(("original_delivery", "\"exact\""))).AddAsync(width: 1000, height: 700);

        var (bytes, response) = await ImageAsync(Stack, asset.Public("original.jpg"));

        bytes.ShouldBe(asset.Original);
        Layer(response).ShouldBe("storage");
        Stack.Transforms.ShouldBe(0);
    }

    [Fact]
    public async Task An_original_too_large_for_memory_is_stripped_on_its_way_to_the_store()
    {
        var original = Pictures.OrientedJpeg(400, 300, 17, orientation: 6);
        byte[] tagged = [.. original[..2], 0xFF, 0xFE, 0, 14, .. "hidden-words"u8, .. original[2..], .. "hidden-tail"u8];
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(tagged, 300, 400, ImageService.Core.Registry.AssetAccess.Public);
        var path = asset.Public("original.jpg");

        var (bytes, first) = await ImageAsync(Stack, path);
        var (again, second) = await ImageAsync(Stack, path);
        using var part = await Stack.GetAsync(path, ("Range", "bytes=1000-1009"));

        (Layer(first), Layer(second)).ShouldBe(("miss", "storage"));
        Pictures.Size(bytes).ShouldBe((400, 300, 1));
        bytes.AsSpan().IndexOf("hidden"u8).ShouldBe(-1);
        again.ShouldBe(bytes);
        (await part.Content.ReadAsByteArrayAsync(Ct)).ShouldBe(bytes[1000..1010]);
        Stack.Transforms.ShouldBe(1);
    }
}
