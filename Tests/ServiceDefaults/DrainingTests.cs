using System.Net;
using System.Net.Sockets;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.ServiceDefaults;

/// <summary>A service on a real socket that was told to stop and has not closed its door yet.</summary>
[Trait("Level", "Unit")]
public sealed class DrainingTests : IAsyncDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly HttpClient _http;
    private WebApplication _app = null!;
    private Task _stopping = Task.CompletedTask;
    private int _connections;

    public DrainingTests() => _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await Probe.UntilAsync(() =>
        {
            _time.Advance(Drain);
            return _stopping.IsCompleted;
        }, "the door is closed");
        await _app.DisposeAsync();
        _http.Dispose();
    }

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/none", HttpStatusCode.NotFound)]
    [InlineData("/fault", HttpStatusCode.InternalServerError)]
    public async Task Every_answer_asks_to_close_the_connection(string path, HttpStatusCode status)
    {
        await StartAsync(HttpProtocols.Http1);
        (await AskAsync(path)).ShouldBe((status, false));
        (await AskAsync(path)).ShouldBe((status, false));
        _connections.ShouldBe(1, "connections are kept");

        await BeginToStopAsync();
        (await AskAsync(path)).ShouldBe((status, true));
        (await AskAsync(path)).ShouldBe((status, true));
        _connections.ShouldBe(2, "the server closed the first after its answer");
    }

    [Fact]
    public async Task A_connection_that_nobody_uses_stays_until_its_next_answer()
    {
        await StartAsync(HttpProtocols.Http1);
        await AskAsync("/");
        await BeginToStopAsync();
        await AskAsync("/");
        _connections.ShouldBe(1, "it was not closed while a request might have been on its way");
    }

    [Fact]
    public async Task A_body_that_is_still_on_its_way_is_read_to_its_end()
    {
        await StartAsync(HttpProtocols.Http1);
        await AskAsync("/");
        await BeginToStopAsync();
        using var answer = await _http.PostAsync(Url("/length"), new ByteArrayContent(new byte[3_000_000]), Ct);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldBe("3000000");
    }

    [Fact]
    public async Task Http_2_is_told_to_go_as_well()
    {
        await StartAsync(HttpProtocols.Http2);
        _http.DefaultRequestVersion = HttpVersion.Version20;
        _http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await AskAsync("/");
        await AskAsync("/");
        _connections.ShouldBe(1, "connections are kept");

        await BeginToStopAsync();
        (await AskAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
        await Probe.UntilAsync(async () => (await AskAsync("/")).Status == HttpStatusCode.OK && _connections > 1, "requests go on connections of their own");
    }

    private Uri Url(string path) => new(_app.Urls.Single() + path);

    private async Task<(HttpStatusCode Status, bool Closes)> AskAsync(string path)
    {
        using var answer = await _http.GetAsync(Url(path), Ct);
        return (answer.StatusCode, answer.Headers.ConnectionClose == true);
    }

    /// <summary>Returns once the service says, to somebody else, that it is not ready.</summary>
    private async Task BeginToStopAsync()
    {
        _stopping = _app.StopAsync(Ct);
        using var balancer = new HttpClient { DefaultRequestVersion = _http.DefaultRequestVersion, DefaultVersionPolicy = _http.DefaultVersionPolicy };
        await Probe.UntilAsync(async () =>
        {
            using var answer = await balancer.GetAsync(Url("/health/ready"), Ct);
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
        }, "it is not ready");
    }

    private async Task StartAsync(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration["Shutdown:Drain"] = $"{Drain:c}";
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        _app = builder.Build();
        _app.UseExceptionHandler(static failed => failed.Run(static http => http.Response.WriteAsync("sorry", http.RequestAborted)));
        _app.MapDefaultEndpoints();
        _app.MapGet("/", static () => "hello");
        _app.MapGet("/fault", static string () => throw new InvalidOperationException("on purpose"));
        _app.MapPost("/length", static async (HttpContext http) =>
        {
            var buffer = new byte[4096];
            var length = 0;
            while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var read)
                length += read;
            return length;
        });
        await _app.StartAsync(Ct);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        Interlocked.Increment(ref _connections);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, ct);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
