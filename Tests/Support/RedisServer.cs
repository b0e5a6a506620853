using ImageService.Tests.Support.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(ImageService.Tests.Support.RedisServer))]

namespace ImageService.Tests.Support;

/// <summary>
/// One real Redis-compatible server for the whole run, started when the first test asks: the one named by <c>IMAGESERVICE_TEST_REDIS</c>,
/// else <c>redis-server</c> where installed, else Garnet in a child process. It ends with the test process, also when that is killed.
/// It is shared: use keys of your own (an organization's id in them is enough).
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly PrivateFolder _folder = new("redis");
    private readonly ProcessSpawner _spawner = new();
    private readonly Lazy<Task<string>> _server;
    private ChildProcess? _process;

    public RedisServer() => _server = new(StartAsync);

    /// <summary>The shared server, in the form of StackExchange.Redis.</summary>
    public async Task<string> GetConnectionStringAsync(CancellationToken ct) => await _server.Value.WaitAsync(ct);

    /// <summary>A second server of the test's own, to be stopped or killed at will.</summary>
    public async Task<PrivateServer> StartPrivateAsync(CancellationToken ct)
    {
        var server = new RedisProcess(_folder.Next(), FreePort.Next());
        return new PrivateServer(server.ConnectionString, () => server.StartAsync(_spawner, CancellationToken.None), await server.StartAsync(_spawner, ct));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _spawner.Dispose();
        _folder.Dispose();
    }

    private async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("IMAGESERVICE_TEST_REDIS") is { Length: > 0 } given)
            return given;
        var server = new RedisProcess(_folder.Next(), FreePort.Next());
        _process = await server.StartAsync(_spawner, CancellationToken.None);
        return server.ConnectionString;
    }
}
