using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageService.Api.Http;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class InlineSocketTests
{
    private const int MoreThanSocketsTake = 8_000_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http")]
    [InlineData("h2c")]
    [InlineData("https")]
    public async Task Bodies_arrive_whole_by_every_protocol_lent_or_copied(string how)
    {
        await using var server = await InlineServer.StartAsync();
        using var http = Http(server, how);
        foreach (var size in (int[])[1, 3_000, 4_096, 65_536, 70_000, 3_000_000])
        {
            (await http.GetByteArrayAsync($"/lent/{size}", Ct)).ShouldBe(InlineServer.Bytes(size));
            (await http.GetByteArrayAsync($"/copied/{size}", Ct)).ShouldBe(InlineServer.Bytes(size));
        }

        var many = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => http.GetByteArrayAsync($"/lent/{100_000 + n}", Ct)));
        many.Select((body, n) => body.AsSpan().SequenceEqual(InlineServer.Bytes(100_000 + n))).ShouldAllBe(static same => same);
        http.Dispose();
        await Probe.UntilAsync(() => server.Blocks.Out == 0, "all blocks are given back");
    }

    [Fact]
    public async Task Requests_sent_at_once_are_answered_in_their_order_and_the_last_closes()
    {
        await using var server = await InlineServer.StartAsync();
        using var client = await server.ConnectAsync();
        await AskAsync(client, "GET /lent/70000", "HEAD /head/500", "GET /lent/300", "GET /copied/5000", "GET /nothing", "GET /lent/200000 close");
        await using var answers = new NetworkStream(client);

        await ShouldReadAsync(answers, 200, InlineServer.Bytes(70_000));
        await ShouldReadAsync(answers, 200, []);
        await ShouldReadAsync(answers, 200, InlineServer.Bytes(300));
        await ShouldReadAsync(answers, 200, InlineServer.Bytes(5_000));
        await ShouldReadAsync(answers, 404, []);
        await ShouldReadAsync(answers, 200, InlineServer.Bytes(200_000));
        (await answers.ReadAsync(new byte[1], Ct)).ShouldBe(0, "the end, and no reset");
    }

    [Fact]
    public async Task A_slow_reader_gets_everything_holds_up_nobody_and_goes_on_at_the_pool()
    {
        await using var server = await InlineServer.StartAsync();
        using var slow = new SlowReaders(server, count: 2 * Environment.ProcessorCount);
        await slow.AskAsync($"GET /lent/{MoreThanSocketsTake}");
        using var http = Http(server, "http");

        (await http.GetByteArrayAsync("/lent/5000", Ct)).ShouldBe(InlineServer.Bytes(5_000));

        (await server.Ended.Reader.ReadAsync(Ct)).IsGone.ShouldBeFalse();
        server.Ended.Reader.TryRead(out _).ShouldBeFalse("the others wait");
        foreach (var client in slow.Clients)
        {
            await using var answer = new NetworkStream(client);
            await ShouldReadAsync(answer, 200, InlineServer.Bytes(MoreThanSocketsTake));
            (await server.Ended.Reader.ReadAsync(Ct)).ShouldBe((true, false));
        }
    }

    [Fact]
    public async Task A_client_that_resets_in_the_middle_leaves_nothing_behind()
    {
        await using var server = await InlineServer.StartAsync();
        using var slow = new SlowReaders(server, count: 20);
        await slow.AskAsync($"GET /lent/{MoreThanSocketsTake}");
        foreach (var client in slow.Clients)
        {
            await client.ReceiveAsync(new byte[10_000], Ct);
            client.LingerState = new LingerOption(enable: true, 0);
            client.Close();
        }

        for (var n = 0; n < 20; n++)
            (await server.Ended.Reader.ReadAsync(Ct)).IsGone.ShouldBeTrue();
        await Probe.UntilAsync(() => server.Blocks.Out == 0, "all blocks are given back");
    }

    [Fact]
    public async Task A_client_that_stops_reading_is_cut_off_by_the_least_rate_and_not_before_its_time()
    {
        var (grace, perSecond) = (TimeSpan.FromSeconds(1.5), 4_000_000.0);
        await using var server = await InlineServer.StartAsync(new MinDataRate(perSecond, grace));
        using var slow = new SlowReaders(server, count: 1);
        var started = TimeProvider.System.GetTimestamp();
        await slow.AskAsync($"GET /lent/{MoreThanSocketsTake}");

        (await server.Ended.Reader.ReadAsync(Ct)).IsGone.ShouldBeTrue();

        TimeProvider.System.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromSeconds(MoreThanSocketsTake / perSecond), "and not after the grace");
        await Probe.UntilAsync(() => server.Blocks.Out == 0, "all blocks are given back");
    }

    [Fact]
    public async Task An_answer_in_pieces_is_told_as_it_comes_and_an_upload_is_asked_for_before_it_is_sent()
    {
        await using var server = await InlineServer.StartAsync();
        using var http = Http(server, "http");
        using var told = await http.GetAsync("/told", HttpCompletionOption.ResponseHeadersRead, Ct);
        await using var body = await told.Content.ReadAsStreamAsync(Ct);
        var first = new byte[5];
        await body.ReadExactlyAsync(first, Ct);

        server.GoOn();

        using var rest = new StreamReader(body);
        (Encoding.ASCII.GetString(first), await rest.ReadToEndAsync(Ct)).ShouldBe(("first", "second"));
        using var upload = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = new ByteArrayContent(InlineServer.Bytes(2_000_000)) };
        upload.Headers.ExpectContinue = true;
        using var echo = await http.SendAsync(upload, Ct);
        (await echo.Content.ReadAsByteArrayAsync(Ct)).ShouldBe(InlineServer.Bytes(2_000_000));
    }

    [Fact]
    public async Task A_server_that_stops_sends_what_it_has_begun()
    {
        await using var server = await InlineServer.StartAsync();
        using var slow = new SlowReaders(server, count: 1);
        await slow.AskAsync($"GET /lent/{MoreThanSocketsTake}");
        await slow.Clients[0].ReceiveAsync(new byte[1], SocketFlags.Peek, Ct);

        var stopping = server.StopAsync();

        await using var answer = new NetworkStream(slow.Clients[0]);
        await ShouldReadAsync(answer, 200, InlineServer.Bytes(MoreThanSocketsTake));
        (await answer.ReadAsync(new byte[1], Ct)).ShouldBe(0);
        await stopping;
        server.Blocks.Out.ShouldBe(0);
    }

    [Fact]
    public void A_lent_body_has_the_time_that_its_length_takes_at_the_least_rate()
    {
        var least = new MinDataRate(240, TimeSpan.FromSeconds(5));
        var rates = new LentRates();

        rates.For(least, 1).GracePeriod.ShouldBe(least.GracePeriod);
        rates.For(least, 1_000_000).GracePeriod.TotalSeconds.ShouldBe((1 << 20) / 240.0, 0.001);
        rates.For(least, int.MaxValue).GracePeriod.TotalSeconds.ShouldBe((1L << 31) / 240.0, 0.001);
        rates.For(least, 1_000_000).ShouldBeSameAs(rates.For(least, 600_000));
        rates.For(new MinDataRate(480, least.GracePeriod), 1_000_000).BytesPerSecond.ShouldBe(480);
    }

    private static HttpClient Http(InlineServer server, string how) => new(
        new SocketsHttpHandler
        {
            Expect100ContinueTimeout = Timeout.InfiniteTimeSpan,
            SslOptions = new() { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost" },
        })
    {
        BaseAddress = server.Url(how),
        DefaultRequestVersion = how == "h2c" ? HttpVersion.Version20 : HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task AskAsync(Socket client, params string[] requests)
    {
        var text = string.Concat(requests.Select(static request =>
            request.Split(' ') is [var method, var path, .. var rest]
                ? $"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{(rest.Length > 0 ? "Connection: close\r\n" : "")}\r\n" : ""));
        await client.SendAsync(Encoding.ASCII.GetBytes(text), Ct);
    }

    private static async Task ShouldReadAsync(Stream answers, int status, byte[] body)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await answers.ReadExactlyAsync(one, Ct);
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        lines[0].Split(' ')[1].ShouldBe(status.ToString(CultureInfo.InvariantCulture));
        var read = new byte[body.Length];
        await answers.ReadExactlyAsync(read, Ct);
        read.ShouldBe(body);
    }

    /// <summary>Clients that ask and do not read.</summary>
    private sealed class SlowReaders(InlineServer server, int count) : IDisposable
    {
        public List<Socket> Clients { get; } = [];

        public async Task AskAsync(string request)
        {
            for (var n = 0; n < count; n++)
            {
                Clients.Add(await server.ConnectAsync());
                await InlineSocketTests.AskAsync(Clients[^1], request);
            }
        }

        public void Dispose() => Clients.ForEach(static client => client.Dispose());
    }
}
