using System.Globalization;
using System.Threading.Channels;
using ImageService.Core.Caching;
using ImageService.Core.Errors;
using ImageService.Core.Tenancy;
using StackExchange.Redis;

namespace ImageService.Api.Gateway;

/// <summary>
/// Requests whose signature did not hold, so that an owner sees whom it shuts out, or would under <c>enforce</c>: the number and the last hundred per space,
/// for a week, in Redis.
/// Written in the background; what cannot be written is dropped, and metrics still have it.
/// </summary>
internal sealed class SignatureReports(RedisConnection redis, TimeProvider time) : BackgroundService
{
    private const int Kept = 100;
    private const int LongestPath = 1000;
    private const string NoKey = "-";

    private static readonly TimeSpan TimeToLive = TimeSpan.FromDays(7);

    private readonly Channel<Noted> _lines = Channel.CreateBounded<Noted>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Notes a request whose signature did not hold. The signature itself is not noted.</summary>
    /// <param name="space">Whose.</param>
    /// <param name="path">As sent, without query.</param>
    /// <param name="kid">The key it named; null for none.</param>
    /// <param name="reason">Why it did not hold.</param>
    /// <param name="refused">Whether it was refused, and not served all the same.</param>
    public void Note(SpaceScope space, string path, string? kid, ErrorCode reason, bool refused)
    {
        var shown = path.Length > LongestPath ? path[..LongestPath] : path;
        _lines.Writer.TryWrite(new Noted(space.SpaceId, refused, $"{time.GetUtcNow().ToUnixTimeMilliseconds()} {reason} {kid ?? NoKey} {shown}"));
    }

    /// <summary>The space's report, newest first; null while Redis does not answer.</summary>
    public async Task<SignatureReport?> ReadAsync(Guid spaceId, CancellationToken ct)
    {
        var (answered, read) = await redis.TryAsync(
            spaceId,
            static async (database, space) =>
            {
                var counts = CountAsync(database, space);
                var reported = database.ListRangeAsync(LinesOf(space, refused: false), 0, Kept - 1);
                var refused = database.ListRangeAsync(LinesOf(space, refused: true), 0, Kept - 1);
                return (Counts: await counts, Reported: await reported, Refused: await refused);
            },
            ct);
        return answered ? new SignatureReport(read.Counts.Reported, Read(read.Reported), read.Counts.Refused, Read(read.Refused)) : null;
    }

    /// <summary>How many each space has, in their order; null while Redis does not answer.</summary>
    public async Task<IReadOnlyList<(long Reported, long Refused)>?> CountAsync(IReadOnlyList<Guid> spaceIds, CancellationToken ct)
    {
        var (answered, counts) = await redis.TryAsync(
            spaceIds, static (database, spaces) => Task.WhenAll(spaces.Select(space => CountAsync(database, space))), ct);
        return answered ? counts : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var noted in _lines.Reader.ReadAllAsync(stoppingToken))
                await redis.TryAsync(noted, static (database, entry) => WriteAsync(database, entry), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left in the channel is statistics.
        }
    }

    private static async Task<(long Reported, long Refused)> CountAsync(IDatabase database, Guid space)
    {
        var reported = database.StringGetAsync(CountOf(space, refused: false));
        var refused = database.StringGetAsync(CountOf(space, refused: true));
        return ((long)await reported, (long)await refused);
    }

    private static async Task<bool> WriteAsync(IDatabase database, Noted noted)
    {
        var (lines, count) = (LinesOf(noted.SpaceId, noted.Refused), CountOf(noted.SpaceId, noted.Refused));
        var batch = database.CreateBatch();
        Task[] calls =
        [
            batch.ListLeftPushAsync(lines, noted.Line),
            batch.ListTrimAsync(lines, 0, Kept - 1),
            batch.KeyExpireAsync(lines, TimeToLive),
            batch.StringIncrementAsync(count),
            batch.KeyExpireAsync(count, TimeToLive),
        ];
        batch.Execute();
        await Task.WhenAll(calls);
        return true;
    }

    private static ReportedCall[] Read(RedisValue[] lines) => [.. lines.Select(static line => Parse(line.ToString()))];

    /// <summary>Reads <c>1731427200123 InvalidSignature key_123 /v1/priv/…</c>.</summary>
    private static ReportedCall Parse(string line)
    {
        var parts = line.Split(' ', 4);
        return new ReportedCall(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[0], CultureInfo.InvariantCulture)), parts[3],
            Enum.Parse<ErrorCode>(parts[1]), parts[2] is NoKey ? null : parts[2]);
    }

    private static RedisKey LinesOf(Guid spaceId, bool refused) => $"signatures-{(refused ? "refused" : "reported")}:{spaceId:n}";

    private static RedisKey CountOf(Guid spaceId, bool refused) => $"signatures-{(refused ? "refused" : "reported")}:{spaceId:n}:count";

    private readonly record struct Noted(Guid SpaceId, bool Refused, string Line);
}

/// <summary>Requests of the last week whose signature did not hold.</summary>
/// <param name="Count">How many were served and would have been refused (signing mode <c>report</c>).</param>
/// <param name="Items">The last of them, newest first.</param>
/// <param name="Refused">How many were refused.</param>
/// <param name="RefusedItems">The last of them, newest first.</param>
internal sealed record SignatureReport(long Count, IReadOnlyList<ReportedCall> Items, long Refused, IReadOnlyList<ReportedCall> RefusedItems);

/// <summary>One request whose signature did not hold.</summary>
/// <param name="At">When.</param>
/// <param name="Path">Without its query.</param>
/// <param name="Reason">Why.</param>
/// <param name="Kid">The key it named; null where it named none.</param>
internal sealed record ReportedCall(DateTimeOffset At, string Path, ErrorCode Reason, string? Kid);
