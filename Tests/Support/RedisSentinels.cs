using System.Globalization;

namespace ImageService.Tests.Support;

/// <summary>
/// A master and a replica of <c>redis-server</c>, and three sentinels that make the replica the master within seconds of its death. Skips its test where Redis
/// is not installed.
/// </summary>
internal sealed class RedisSentinels : IAsyncDisposable
{
    private const string Service = "images";
    private const int Sentinels = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RedisNodes _nodes = new("redis-sentinels");
    private readonly List<int> _sentinels = [];

    private RedisSentinels()
    {
    }

    /// <summary>Names the sentinels and the service that they watch, in the form of StackExchange.Redis.</summary>
    public string ConnectionString =>
        $"{string.Join(',', _sentinels.Select(static port => $"127.0.0.1:{port}"))},serviceName={Service},password={RedisNodes.Password}";

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
    public Task KillAsync(int port) => _nodes.KillAsync(port);

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    private async Task BeginAsync(CancellationToken ct)
    {
        RedisNodes.SkipWhereNotInstalled();
        var master = await _nodes.StartAsync($"""
            masterauth {RedisNodes.Password}
            save ""
            """, [], ct);
        var replica = await _nodes.StartAsync($"""
            replicaof 127.0.0.1 {master}
            masterauth {RedisNodes.Password}
            repl-diskless-sync-delay 0
            save ""
            """, [], ct);
        await Probe.UntilAsync(async () => (await AskAsync(replica, "INFO", "replication")).Output.Contains("master_link_status:up", StringComparison.Ordinal),
            "the replica follows", Patience);
        for (var sentinel = 0; sentinel < Sentinels; sentinel++)
        {
            _sentinels.Add(await _nodes.StartAsync($"""
                sentinel monitor {Service} 127.0.0.1 {master} 2
                sentinel auth-pass {Service} {RedisNodes.Password}
                sentinel down-after-milliseconds {Service} 1000
                sentinel failover-timeout {Service} 10000
                """, ["--sentinel"], ct));
        }

        await Task.WhenAll(_sentinels.Select(port => Probe.UntilAsync(async () =>
        {
            var (_, output, _) = await AskAsync(port, "INFO", "sentinel");
            return output.Contains($"slaves=1,sentinels={Sentinels}", StringComparison.Ordinal);
        }, "every sentinel knows the others and the replica", Patience)));
    }

    private static Task<(int ExitCode, string Output, string Errors)> AskAsync(int port, params string[] words) =>
        RedisNodes.AskAsync(["-p", $"{port}", .. words], CancellationToken.None);
}
