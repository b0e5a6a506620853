using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImageService.Tests.Edge;

/// <summary>
/// A real cache with a configuration of <c>deploy/edge</c> before a small origin that answers with the contract's headers. Started by the first test that
/// asks.
/// </summary>
public abstract class EdgeServer : IAsyncLifetime
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-").FullName;
    private WebApplication? _origin;
    private Process? _server;
    private HttpClient? _client;

    /// <summary>What is not installed; null where everything is.</summary>
    protected abstract string? Missing { get; }

    /// <summary>The configuration's name in <c>deploy/edge</c>.</summary>
    protected abstract string ConfigurationFile { get; }

    /// <summary>Requests that reached the origin for a path, with the <c>Accept</c> that arrived.</summary>
    public int Asked(string path, string accept = "") =>
        _asked.Where(entry => entry.Key.StartsWith($"{path}|{accept}", StringComparison.Ordinal)).Sum(entry => entry.Value);

    /// <summary>A client of the running cache; skips the test, saying why, where it is not installed.</summary>
    public async Task<HttpClient> ClientAsync(CancellationToken ct)
    {
        Assert.SkipWhen(Missing is not null, $"{Missing}: the configuration was not run.");
        await _starting.WaitAsync(ct);
        try
        {
            return _client ??= await StartAsync(ct);
        }
        finally
        {
            _starting.Release();
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_server is { HasExited: false })
        {
            _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync();
        }

        _server?.Dispose();
        if (_origin is not null)
            await _origin.DisposeAsync();
        _starting.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The configuration with the test's ports and folder in the place of its own.</summary>
    protected abstract string Adapt(string configuration, int originPort, int port, string folder);

    /// <summary>The program that serves it in the foreground.</summary>
    protected abstract (string Program, string[] Arguments) Command(string configuration, int port, string folder);

    private async Task<HttpClient> StartAsync(CancellationToken ct)
    {
        var origin = await StartOriginAsync(ct);
        var port = FreePort();
        var text = await File.ReadAllTextAsync(Path.Combine(SignatureVectors.Folder, ConfigurationFile), ct);
        var configuration = Path.Combine(_folder, ConfigurationFile);
        await File.WriteAllTextAsync(configuration, Adapt(text, origin.Port, port, _folder), ct);
        var (program, arguments) = Command(configuration, port, _folder);
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _server = Process.Start(start)!;
        var said = new ConcurrentQueue<string>();
        _server.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        _server.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        _server.BeginErrorReadLine();
        _server.BeginOutputReadLine();

        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var deadline = Stopwatch.StartNew();
        while (!await AnswersAsync(client, ct))
        {
            if (_server.HasExited || deadline.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException($"{program} did not start: " + string.Join('\n', said));
            await Task.Delay(100, ct);
        }

        return client;
    }

    private static async Task<bool> AnswersAsync(HttpClient client, CancellationToken ct)
    {
        try
        {
            using var response = await client.GetAsync("/health/live", ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<Uri> StartOriginAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _origin = builder.Build();
        _origin.Run(AnswerAsync);
        await _origin.StartAsync(ct);
        return new Uri(_origin.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>Public and private images with the contract's headers; a path that holds <c>f_auto</c> is negotiated.</summary>
    private async Task AnswerAsync(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        string path = request.Path.Value!, accept = request.Headers.Accept.ToString();
        var count = _asked.AddOrUpdate($"{path}|{accept}|{request.QueryString}", 1, (_, before) => before + 1);
        var negotiated = path.Contains("f_auto", StringComparison.Ordinal);
        response.ContentType = !negotiated
            ? "image/jpeg" : accept.Contains("avif", StringComparison.Ordinal)
                ? "image/avif" : accept.Contains("webp", StringComparison.Ordinal) ? "image/webp" : "image/jpeg";
        if (negotiated)
            response.Headers.Vary = "Accept";
        response.Headers.ETag = $"\"{path.GetHashCode(StringComparison.Ordinal):x}-{response.ContentType}\"";
        response.Headers.CacheControl = path.StartsWith("/v1/priv/", StringComparison.Ordinal) ? "private, max-age=600" : "public, max-age=31536000, immutable";
        var asset = path.Split('/').ElementAtOrDefault(7);
        response.Headers["Cache-Tag"] = $"org:acme,tenant:acme/website,space:acme/website/marketing,asset:{asset}";
        response.Headers["Surrogate-Key"] = $"org:acme tenant:acme/website space:acme/website/marketing asset:{asset}";
        await response.WriteAsync($"{response.ContentType} {count}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
