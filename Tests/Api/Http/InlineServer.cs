using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageService.Api.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImageService.Tests.Api.Http;

/// <summary>The server as the Api sets it up, with answers of every kind and no service behind it.</summary>
internal sealed class InlineServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private readonly TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private InlineServer(MinDataRate? least)
    {
        _certificate = SelfSigned();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.UseInlineSockets();
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(Blocks));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = least;
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(_certificate));
        });
        _app = builder.Build();
        _app.MapGet("/lent/{size:int}", (int size, HttpContext http) => LendAsync(http, Bytes(size)));
        _app.MapMethods("/head/{size:int}", ["HEAD"], static (int size, HttpContext http) => http.Response.ContentLength = size);
        _app.MapGet("/copied/{size:int}", static async (int size, HttpContext http) =>
        {
            http.Response.ContentLength = size;
            await http.Response.BodyWriter.WriteAsync(Bytes(size), http.RequestAborted);
        });
        _app.MapGet("/told", async (HttpContext http) =>
        {
            await http.Response.WriteAsync("first", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await _next.Task.WaitAsync(http.RequestAborted);
            await http.Response.WriteAsync("second", http.RequestAborted);
        });
        _app.MapPost("/echo", static http => http.Request.Body.CopyToAsync(http.Response.Body, http.RequestAborted));
    }

    public CountedBlocks Blocks { get; } = new();

    /// <summary>How lent answers ended: whether the one who waited for the client went on at the pool, and whether the client was gone.</summary>
    public System.Threading.Channels.Channel<(bool OnPool, bool IsGone)> Ended { get; } =
        System.Threading.Channels.Channel.CreateUnbounded<(bool OnPool, bool IsGone)>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="least">The least rate at which clients read.</param>
    public static async Task<InlineServer> StartAsync(MinDataRate? least = null)
    {
        InlineSockets.Prepare();
        var server = new InlineServer(least);
        await server._app.StartAsync(Ct);
        return server;
    }

    /// <summary>What every body of so many bytes is.</summary>
    public static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Base URL by <c>http</c>, <c>h2c</c> or <c>https</c>.</summary>
    public Uri Url(string how) => new(_app.Urls.ElementAt(Array.IndexOf(["http", "h2c", "https"], how)));

    public async Task<Socket> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 << 10 };
        await client.ConnectAsync(IPAddress.Loopback, Url("http").Port, Ct);
        return client;
    }

    /// <summary>Lets <c>/told</c> go on.</summary>
    public void GoOn() => _next.SetResult();

    public Task StopAsync() => _app.StopAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task LendAsync(HttpContext http, byte[] bytes)
    {
        http.Response.ContentLength = bytes.Length;
        var sent = await LentBody.WriteAsync(http.Features, bytes, CancellationToken.None);
        Ended.Writer.TryWrite((Thread.CurrentThread.IsThreadPoolThread, sent.IsCompleted || http.RequestAborted.IsCancellationRequested));
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
