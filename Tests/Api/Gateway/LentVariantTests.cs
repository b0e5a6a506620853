using System.Net.Sockets;
using System.Text;
using ImageService.Core.Caching;
using ImageService.Core.Operations;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class LentVariantTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private const int MoreThanSocketsTake = 8_000_000;

    protected override Dictionary<string, string?> Settings => new() { ["Caching:MemoryEntryMaxBytes"] = "16777216" };

    [Theory]
    [InlineData("", 0, MoreThanSocketsTake)]
    [InlineData("Range: bytes=1000-7900000\r\n", 1000, 7_899_001)]
    public async Task A_variant_forgotten_while_it_is_sent_arrives_whole_and_nothing_of_another(string range, int offset, int length)
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var path = asset.Public("w_50.jpg");
        await Probe.UntilAsync(async () => Layer((await ImageAsync(Stack, path)).Response) == "memory", "it is in memory");
        var cache = Stack.Services.GetRequiredService<MemoryVariantCache>();
        var kept = Bytes(1);
        var key = Replace(cache, kept);
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 << 10 };
        await client.ConnectAsync(Stack.Url.Host, Stack.Url.Port, Ct);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{range}\r\n"), Ct);
        await client.ReceiveAsync(new byte[1], SocketFlags.Peek, Ct);

        cache.RemoveWhere(_ => true);
        for (var other = 2; other < 12; other++)
            cache.Add(key with { Version = other }, new CachedVariant(Bytes(other), ImageFormat.Jpg, 50, 50));
        GC.Collect();

        await using var stream = new NetworkStream(client);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Ct);
        var sent = answer.ToArray();
        var body = sent.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Encoding.ASCII.GetString(sent, 0, body).ShouldContain("X-Cache: memory");
        sent.AsSpan(body).SequenceEqual(kept.AsSpan(offset, length)).ShouldBeTrue();
    }

    private static VariantKey Replace(MemoryVariantCache cache, byte[] bytes)
    {
        VariantKey found = default;
        cache.RemoveWhere(key =>
        {
            found = key;
            return true;
        }).ShouldBe(1);
        cache.Add(found, new CachedVariant(bytes, ImageFormat.Jpg, 50, 50));
        return found;
    }

    private static byte[] Bytes(int seed)
    {
        var bytes = new byte[MoreThanSocketsTake];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
