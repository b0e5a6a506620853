using System.Globalization;
using ImageService.AppHost.Servers;
using ImageService.Tests.Support.Servers;
using Xunit;

namespace ImageService.Tests.Support;

/// <summary>
/// A master and a replica of <c>redis-server</c>, and three sentinels that make the replica the master within seconds of its death. Skips its test where Redis
/// is not installed.
/// </summary>
internal sealed class RedisSentinels : IAsyncDisposable
{
    private const string Password = "test";
    private const string Service = "images";
    private const int Sentinels = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PrivateFolder _folder = new("redis-sentinels");
    private readonly ProcessSpawner _spawner = new();
    private readonly Dictionary<int, ChildProcess> _nodes = [];
    private readonly List<int> _sentinels = [];

    private RedisSentinels()
    {
    }

    /// <summary>Names the sentinels and the service that they watch, in the form of StackExchange.Redis.</summary>
    public string ConnectionString =>
        $"{string.Join(',', _sentinels.Select(static port => $"127.0.0.1:{port}"))},serviceName={Service},password={Password}";

    public static async Task<RedisSentinels> StartAsync(CancellationToken ct)
    {
        var sentinels = new RedisSentinels();
        try
        {
            await sentinels.BeginAsync(ct);
            return sentinels;
        }
        catch
        {
            await sentinels.DisposeAsync();
            throw;
        }
    }

    /// <summary>Port of the master, as the first sentinel knows it.</summary>
    public async Task<int> MasterAsync()
    {
        var (_, output, _) = await AskAsync(_sentinels[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", Service);
        return int.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>Ends a node as a crash would.</summary>
    public async Task KillAsync(int port)
    {
        _nodes[port].Kill();
        await _nodes[port].Exited;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
        {
            node.Kill();
            await node.DisposeAsync();
        }

        _spawner.Dispose();
        _folder.Dispose();
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        Assert.SkipWhen(Executables.Find("redis-server") is null || Executables.Find("redis-cli") is null,
            "redis-server is not installed, and no sentinel was started (Debian: apt-get install redis-server).");
        var (master, replica) = (FreePort.Next(), FreePort.Next());
        await StartNodeAsync(master, [], $"""
            masterauth {Password}
            save ""
            """, ct);
        await StartNodeAsync(replica, [], $"""
            replicaof 127.0.0.1 {master}
            masterauth {Password}
            repl-diskless-sync-delay 0
            save ""
            """, ct);
        await Probe.UntilAsync(async () => (await AskAsync(replica, "INFO", "replication")).Output.Contains("master_link_status:up", StringComparison.Ordinal),
            "the replica follows", Patience);
        for (var sentinel = 0; sentinel < Sentinels; sentinel++)
        {
            var port = FreePort.Next();
            _sentinels.Add(port);
            await StartNodeAsync(port, ["--sentinel"], $"""
                sentinel monitor {Service} 127.0.0.1 {master} 2
                sentinel auth-pass {Service} {Password}
                sentinel down-after-milliseconds {Service} 1000
                sentinel failover-timeout {Service} 10000
                """, ct);
        }

        await Task.WhenAll(_sentinels.Select(port => Probe.UntilAsync(async () =>
        {
            var (_, output, _) = await AskAsync(port, "INFO", "sentinel");
            return output.Contains($"slaves=1,sentinels={Sentinels}", StringComparison.Ordinal);
        }, "every sentinel knows the others and the replica", Patience)));
    }

    private async Task StartNodeAsync(int port, string[] options, string settings, CancellationToken ct)
    {
        var folder = Path.Combine(_folder.Path, port.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "redis.conf");
        await File.WriteAllTextAsync(file, $"bind 127.0.0.1\nport {port}\nrequirepass {Password}\ndir {folder}\n{settings}\n", ct);
        _nodes.Add(port, await _spawner.StartAsync(
            new ProcessCommand(Executables.Find("redis-server")!, [file, .. options], folder), static _ => { }));
    }

    private static Task<(int ExitCode, string Output, string Errors)> AskAsync(int port, params string[] words) =>
        Executables.RunAsync(
            Executables.Find("redis-cli")!, ["-p", $"{port}", "-a", Password, "--no-auth-warning", .. words], workingDirectory: null, CancellationToken.None);
}
