using System.Net;
using ImageService.Tests.Support.Servers;
using StackExchange.Redis;

namespace ImageService.Tests.Support;

/// <summary>
/// Six processes of <c>redis-server</c> as one cluster: three masters, each with a replica, which takes over within two seconds of its master's death.
/// Skips its test where Redis is not installed.
/// </summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RedisNodes _nodes = new("redis-cluster");
    private ConnectionMultiplexer? _observer;

    private RedisCluster()
    {
    }

    /// <summary>Names all six, in the form of StackExchange.Redis.</summary>
    public string ConnectionString => $"{string.Join(',', _nodes.Ports.Select(static port => $"127.0.0.1:{port}"))},password={RedisNodes.Password}";

    /// <summary>What the servers say of themselves, for what a test tells of its run.</summary>
    public string Version { get; private set; } = "";

    public static async Task<RedisCluster> StartAsync(CancellationToken ct)
    {
        var cluster = new RedisCluster();
        try
        {
            await cluster.BeginAsync(ct);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Port of the master that serves the key.</summary>
    public async Task<int> MasterOfAsync(RedisKey key) => PortOf((await TopologyAsync()).GetBySlot(key)!.EndPoint!);

    /// <summary>Ports of all masters that serve slots and live.</summary>
    public async Task<IReadOnlyList<int>> MastersAsync() =>
        [.. (await TopologyAsync()).Nodes.Where(static node => node is { IsReplica: false, IsConnected: true, Slots.Count: > 0 })
            .Select(static node => PortOf(node.EndPoint!))];

    /// <summary>Ends a node as a crash would.</summary>
    public Task KillAsync(int port) => _nodes.KillAsync(port);

    /// <summary>Starts a killed node again; it comes back as a replica of whoever took over.</summary>
    public async Task RestartAsync(int port)
    {
        await _nodes.RestartAsync(port);
        await Probe.UntilAsync(
            async () => (await TopologyAsync()).Nodes.All(static node => node.IsConnected && !node.Raw.Contains("fail", StringComparison.Ordinal)),
            "all nodes are whole", Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (_observer is not null)
            await _observer.DisposeAsync();
        await _nodes.DisposeAsync();
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        RedisNodes.SkipWhereNotInstalled();
        for (var node = 0; node < 6; node++)
        {
            await _nodes.StartAsync($"""
                cluster-port {FreePort.Next()}
                cluster-enabled yes
                cluster-node-timeout 1000
                cluster-replica-validity-factor 0
                masterauth {RedisNodes.Password}
                save ""
                appendonly no
                """, [], ct);
        }

        var addresses = _nodes.Ports.Select(static port => $"127.0.0.1:{port}").ToArray();
        await Probe.UntilAsync(async () =>
        {
            var (code, _, _) = await RedisNodes.AskAsync(["-p", $"{_nodes.Ports.Last()}", "PING"], ct);
            return code == 0;
        }, "the last node answers", Patience);
        var (created, output, errors) = await RedisNodes.AskAsync(["--cluster", "create", .. addresses, "--cluster-replicas", "1", "--cluster-yes"], ct);
        if (created != 0)
            throw new InvalidOperationException($"No cluster could be made: {output}{errors}");
        _observer = await ConnectionMultiplexer.ConnectAsync($"{ConnectionString},abortConnect=false,connectTimeout=500,connectRetry=20,allowAdmin=true");
        await Probe.UntilAsync(async () => (await TopologyAsync()).Nodes.Count(static node => node.IsReplica) == 3, "every master has its replica", Patience);
        await Task.WhenAll(_nodes.Ports.Select(port => Probe.UntilAsync(() => IsWholeAsync(port), "every node knows the whole cluster", Patience)));
        await _observer.ConfigureAsync();
        Version = $"redis-server {_observer.GetServers()[0].Version}, 3 masters and 3 replicas";
    }

    private static async Task<bool> IsWholeAsync(int port)
    {
        var (_, output, _) = await RedisNodes.AskAsync(["-p", $"{port}", "CLUSTER", "INFO"], CancellationToken.None);
        return output.Contains("cluster_state:ok", StringComparison.Ordinal);
    }

    private async Task<ClusterConfiguration> TopologyAsync()
    {
        foreach (var server in _observer!.GetServers().Where(static server => server.IsConnected))
        {
            try
            {
                if (await server.ClusterNodesAsync() is { } seen)
                    return seen;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // It died just now; another one tells.
            }
        }

        throw new InvalidOperationException("No node of the cluster answers.");
    }

    private static int PortOf(EndPoint address) => ((IPEndPoint)address).Port;
}
