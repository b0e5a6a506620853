using System.Globalization;
using System.Threading.Channels;
using ImageService.Core.Caching;
using ImageService.Core.Errors;
using ImageService.Core.Tenancy;
using StackExchange.Redis;

namespace ImageService.Api.Gateway;

/// <summary>
/// What signing mode <c>report</c> would have refused, so that an owner sees whom <c>enforce</c> would shut out: the number and the last hundred per space,
/// for a week, in Redis.
/// Written in the background; what cannot be written is dropped, and the counter <c>signature_reports_total</c> still has it.
/// </summary>
internal sealed class SignatureReports(RedisConnection redis, TimeProvider time) : BackgroundService
{
    private const int Kept = 100;
    private const int LongestPath = 1000;

    private static readonly TimeSpan TimeToLive = TimeSpan.FromDays(7);

    private readonly Channel<(Guid SpaceId, string Line)> _lines = Channel.CreateBounded<(Guid, string)>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Notes a request that was served and would have been refused. The query, which holds the signature, is not noted.</summary>
    public void Note(SpaceScope space, string path, ErrorCode reason)
    {
        var shown = path.Length > LongestPath ? path[..LongestPath] : path;
        _lines.Writer.TryWrite((space.SpaceId, $"{time.GetUtcNow().ToUnixTimeMilliseconds()} {reason} {shown}"));
    }

    /// <summary>The space's report, newest first; null while Redis does not answer.</summary>
    public async Task<SignatureReport?> ReadAsync(Guid spaceId, CancellationToken ct)
    {
        var (answered, read) = await redis.TryAsync(
            spaceId,
            static async (database, space) =>
            {
                var count = database.StringGetAsync(CountOf(space));
                var lines = database.ListRangeAsync(LinesOf(space), 0, Kept - 1);
                return (Count: (long)await count, Lines: await lines);
            },
            ct);
        return answered ? new SignatureReport(read.Count, [.. read.Lines.Select(static line => Parse(line.ToString()))]) : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var (spaceId, line) in _lines.Reader.ReadAllAsync(stoppingToken))
                await redis.TryAsync((spaceId, line), static (database, entry) => WriteAsync(database, entry.spaceId, entry.line), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left in the channel is statistics.
        }
    }

    private static async Task<bool> WriteAsync(IDatabase database, Guid spaceId, string line)
    {
        var batch = database.CreateBatch();
        Task[] calls =
        [
            batch.ListLeftPushAsync(LinesOf(spaceId), line),
            batch.ListTrimAsync(LinesOf(spaceId), 0, Kept - 1),
            batch.KeyExpireAsync(LinesOf(spaceId), TimeToLive),
            batch.StringIncrementAsync(CountOf(spaceId)),
            batch.KeyExpireAsync(CountOf(spaceId), TimeToLive),
        ];
        batch.Execute();
        await Task.WhenAll(calls);
        return true;
    }

    /// <summary>Reads <c>1731427200123 InvalidSignature /v1/priv/…</c>.</summary>
    private static ReportedCall Parse(string line)
    {
        var parts = line.Split(' ', 3);
        return new ReportedCall(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[0], CultureInfo.InvariantCulture)), parts[2],
            Enum.Parse<ErrorCode>(parts[1]));
    }

    private static RedisKey LinesOf(Guid spaceId) => $"signature-report:{spaceId:n}";

    private static RedisKey CountOf(Guid spaceId) => $"signature-report:{spaceId:n}:count";
}

/// <summary>What enforcing signatures would have refused in the last week.</summary>
/// <param name="Count">How often.</param>
/// <param name="Items">The last of them, newest first.</param>
internal sealed record SignatureReport(long Count, IReadOnlyList<ReportedCall> Items);

/// <summary>One request that was served and would have been refused.</summary>
internal sealed record ReportedCall(DateTimeOffset At, string Path, ErrorCode Reason);
