using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>Signed URLs as they may come over the wire.</summary>
public sealed class RequestTargetTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task An_absolute_target_is_verified_by_its_path()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(AssetAccess.Private);
        var signed = asset.Signed("w_10.jpg");
        (await RawAsync($"http://{Stack.Url.Authority}{signed}")).ShouldBe(200);
        (await RawAsync($"http://{Stack.Url.Authority}{signed.Replace("w_10", "w_11", StringComparison.Ordinal)}")).ShouldBe(401);
        (await RawAsync($"http://{Stack.Url.Authority}{signed.Replace("/img/", "/./img/", StringComparison.Ordinal)}")).ShouldBe(400);
    }

    [Fact]
    public async Task A_query_that_begins_with_two_question_marks_is_no_signature()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(AssetAccess.Private);
        var signed = asset.Signed("w_10.jpg");
        using (var good = await Stack.GetAsync(signed))
            good.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await RawAsync(signed.Replace("?", "??", StringComparison.Ordinal))).ShouldBe(401);
    }

    /// <summary>The status of a request whose target is sent as it stands.</summary>
    private async Task<int> RawAsync(string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Stack.Url.Port, Ct);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {Stack.Url.Authority}\r\nConnection: close\r\n\r\n"), Ct);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return int.Parse((await reader.ReadLineAsync(Ct))!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
