using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker;

/// <summary>
/// Publishes committed outbox rows to a broker, oldest first, at least once. One relay at a time works, whichever process it is in, so that messages keep their
/// order; a relay that dies between publishing and marking leaves its rows to the next one, which publishes them again.
/// A row that the broker refuses while it takes others does not hold them up: it is tried again when nothing else waits.
/// Where the queue is a table of the same database nobody writes to the outbox, and the relay only moves what was left there by a broker's time.
/// </summary>
internal sealed class OutboxRelay(
    RegistryFactory registry, IMessageQueue queue, Notices notices, IOptions<MessagingOptions> options, TimeProvider time,
    ILogger<OutboxRelay> log) : BackgroundService
{
    /// <summary>The channel on which a commit of outbox rows is told.</summary>
    public const string Channel = "outbox_messages";

    // An advisory lock's key: any number, the same in every worker ("outbox" in ASCII).
    private const long RelayLock = 0x6F7574626F78;

    private static readonly TimeSpan LeftOverInterval = TimeSpan.FromHours(1);

    private readonly MessagingOptions _options = options.Value;

    /// <summary>Publishes one batch.</summary>
    /// <returns>How many rows; 0 also where another relay is at work.</returns>
    public async Task<int> RelayAsync(CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.Database.SqlQuery<bool>($"""SELECT pg_try_advisory_xact_lock({RelayLock}) AS "Value" """).SingleAsync(ct))
            return 0;
        var rows = await NextAsync(db, ct);
        if (rows.Count == 0)
            return 0;
        var published = await PublishAsync(rows, ct);
        var ids = rows.ConvertAll(row => row.Id);
        var now = time.GetUtcNow();
        await db.OutboxMessages.Where(row => ids.Contains(row.Id)).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.PublishedAt, row => published.Contains(row.Id) ? now : null)
                .SetProperty(row => row.Attempts, row => row.Attempts + 1), ct);
        await transaction.CommitAsync(ct);
        return published.Count;
    }

    /// <summary>Rows that were never tried, oldest first; without any, those that were refused, in any order.</summary>
    private async Task<List<OutboxMessage>> NextAsync(RegistryDb db, CancellationToken ct)
    {
        var waiting = db.OutboxMessages.AsNoTracking().Where(row => row.PublishedAt == null);
        var rows = await waiting.Where(row => row.Attempts == 0).OrderBy(row => row.Id).Take(_options.RelayBatch).ToListAsync(ct);
        return rows.Count > 0 ? rows : await waiting.OrderBy(_ => EF.Functions.Random()).Take(_options.RelayBatch).ToListAsync(ct);
    }

    /// <summary>Publishes all at once; where that fails, one by one, as it may be for the sake of one of them.</summary>
    /// <returns>Ids of those that the queue took.</returns>
    private async Task<List<Guid>> PublishAsync(List<OutboxMessage> rows, CancellationToken ct)
    {
        try
        {
            await queue.PublishAsync([.. rows.Select(Envelope)], ct);
            return rows.ConvertAll(row => row.Id);
        }
#pragma warning disable CA1031 // Every adapter has its own words for a message that is too long and for a broker that is away.
        catch (Exception exception) when (rows.Count > 1 && !ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.BatchRefused(log, exception, rows.Count);
        }

        List<Guid> taken = [];
        for (var i = 0; i < rows.Count; i++)
        {
            try
            {
                await queue.PublishAsync([Envelope(rows[i])], ct);
                taken.Add(rows[i].Id);
            }
#pragma warning disable CA1031 // As above. The second one in a row that fails before any was taken: the queue is away, and the caller says so.
            catch (Exception exception) when (!ct.IsCancellationRequested && (i == 0 || taken.Count > 0))
#pragma warning restore CA1031
            {
                Log.RowRefused(log, exception, rows[i].Id, rows[i].Type);
            }
        }

        return taken;
    }

    private static MessageEnvelope Envelope(OutboxMessage row) => new(row.Id, row.OrganizationId, row.Type, row.Body) { TraceParent = row.TraceParent };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var signal = new NoticeSignal(notices, Channel);
        while (!stoppingToken.IsCancellationRequested)
        {
            var published = await TryRelayAsync(stoppingToken);
            if (published is null)
                await signal.WaitAsync(_options.ReconnectDelay, stoppingToken);
            else if (published < _options.RelayBatch)
                await signal.WaitAsync(_options.UsesBroker ? _options.PollInterval : LeftOverInterval, stoppingToken);
        }
    }

    /// <summary>Publishes one batch; null where that failed.</summary>
    private async Task<int?> TryRelayAsync(CancellationToken ct)
    {
        try
        {
            return await RelayAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return 0;
        }
#pragma warning disable CA1031 // Database or queue is away, in whatever way the adapter says so: the rows stay and the next round tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.RelayFailed(log, exception, _options.ReconnectDelay);
            return null;
        }
    }
}
