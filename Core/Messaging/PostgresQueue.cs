using ImageService.Core.Registry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ImageService.Core.Messaging;

/// <summary>
/// The queue as a table of the registry's database: workers claim rows with SKIP LOCKED, a claim is a visibility timeout that is extended while the
/// handler runs, and an acknowledgement deletes the row. Publishing wakes idle workers through NOTIFY. All times are the database's own.
/// </summary>
public sealed class PostgresQueue(
    NpgsqlDataSource source, Notices notices, IOptions<MessagingOptions> options, TimeProvider time, ILogger<PostgresQueue> log) : IMessageQueue
{
    /// <summary>The channel on which a commit of new messages is told.</summary>
    public const string Channel = "queue_messages";

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);

    private readonly MessagingOptions _options = options.Value;
    private readonly PostgresQueueTable _table = new(source);

    public string Provider => "postgres";

    public Task PublishAsync(IReadOnlyList<MessageEnvelope> messages, CancellationToken ct) =>
        messages.Count == 0 ? Task.CompletedTask : _table.InsertAsync(messages, ct);

    public Task<QueueDepth> MeasureAsync(CancellationToken ct) => _table.MeasureAsync(ct);

    public Task<int> ReviveAsync(CancellationToken ct) => _table.ReviveAsync(ct);

    public async Task ConsumeAsync(Func<MessageDelivery, CancellationToken, Task> handle, CancellationToken ct)
    {
        using var signal = new NoticeSignal(notices, Channel);
        using var slots = new SemaphoreSlim(_options.Concurrency, _options.Concurrency);
        while (!ct.IsCancellationRequested)
        {
            var free = await TakeSlotsAsync(slots, ct);
            if (free == 0)
                break;
            var claimed = await ClaimAsync(free, ct);
            if (claimed.Count < free)
                slots.Release(free - claimed.Count);
            foreach (var message in claimed) _ = RunAsync(message, handle, slots, ct);
            if (claimed.Count == 0)
                await signal.WaitAsync(await UntilNextAsync(ct), ct);
        }

        // Running handlers see the cancellation; wait for them to settle, so that nothing is claimed for longer than needed.
        for (var i = 0; i < _options.Concurrency; i++) await slots.WaitAsync(CancellationToken.None);
    }

    /// <summary>Waits for one free slot, then takes every other that is free; 0 when cancelled.</summary>
    private static async Task<int> TakeSlotsAsync(SemaphoreSlim slots, CancellationToken ct)
    {
        try
        {
            await slots.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }

        var taken = 1;
        while (slots.Wait(TimeSpan.Zero, CancellationToken.None)) taken++;
        return taken;
    }

    private async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(int limit, CancellationToken ct)
    {
        try
        {
            return await _table.ClaimAsync(limit, _options.VisibilityTimeout, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return [];
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.QueueUnreachable(log, exception, _options.ReconnectDelay);
            return [];
        }
    }

    /// <summary>How long until a delayed message is due, or the claim of a worker that may have died runs out; at most the time between two looks.</summary>
    private async Task<TimeSpan> UntilNextAsync(CancellationToken ct)
    {
        try
        {
            if (await _table.UntilNextAsync(ct) is not { } next || next > _options.PollInterval)
                return _options.PollInterval;

            // One that is due and could not be claimed is being claimed by another worker: no reason to ask without a pause.
            return next > ShortestWait ? next : ShortestWait;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            return _options.ReconnectDelay;
        }
    }

    private async Task RunAsync(ClaimedMessage claimed, Func<MessageDelivery, CancellationToken, Task> handle, SemaphoreSlim slots, CancellationToken ct)
    {
        try
        {
            var (outcome, reason) = await HandleAsync(claimed, handle, ct);
            await SettleAsync(claimed, outcome, reason);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.SettleFailed(log, exception, claimed.Message.Id);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<(Outcome Outcome, string? Reason)> HandleAsync(ClaimedMessage claimed, Func<MessageDelivery, CancellationToken, Task> handle,
        CancellationToken ct)
    {
        // A message that kills its process comes back without ever having thrown; it too must end.
        if (claimed.Attempt > _options.MaxDeliveries)
            return (Outcome.Dead, $"None of {claimed.Attempt - 1} deliveries was answered.");
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var kept = KeepAsync(claimed, done.Token);
        try
        {
            await handle(new MessageDelivery(claimed.Message, claimed.Attempt), ct);
            return (Outcome.Handled, null);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return (Outcome.Returned, null);
        }
#pragma warning disable CA1031 // Whatever a handler throws is its failure: the message comes again, and in the end is set aside where people look.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (claimed.Attempt >= _options.MaxDeliveries)
                return (Outcome.Dead, BrokerDelivery.ReasonOf(exception));
            Log.HandlerFailed(log, exception, claimed.Message.Id, claimed.Message.Type, claimed.Attempt, _options.DelayAfter(claimed.Attempt));
            return (Outcome.Failed, null);
        }
        finally
        {
            await done.CancelAsync();
            await kept;
        }
    }

    /// <summary>Extends the claim while the handler runs; a failure is made good by the next one, of which there are three in a claim's time.</summary>
    private async Task KeepAsync(ClaimedMessage claimed, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(_options.VisibilityTimeout / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct)) await TryExtendAsync(claimed, ct);
        }
        catch (OperationCanceledException)
        {
            // The handler is done.
        }
    }

    private async Task TryExtendAsync(ClaimedMessage claimed, CancellationToken ct)
    {
        try
        {
            await _table.ExtendAsync(claimed, _options.VisibilityTimeout, ct);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.SettleFailed(log, exception, claimed.Message.Id);
        }
    }

    private async Task SettleAsync(ClaimedMessage claimed, Outcome outcome, string? reason)
    {
        // Settling must not be cut short by the stop that ended the handler.
        var ct = CancellationToken.None;
        switch (outcome)
        {
            case Outcome.Handled:
                await _table.DeleteAsync(claimed, ct);
                break;
            case Outcome.Returned:
                await _table.GiveBackAsync(claimed, TimeSpan.Zero, countAttempt: false, ct);
                break;
            case Outcome.Failed:
                await _table.GiveBackAsync(claimed, _options.DelayAfter(claimed.Attempt), countAttempt: true, ct);
                break;
            default:
                Log.MessageDead(log, claimed.Message.Id, claimed.Message.Type, claimed.Attempt);
                await _table.SetAsideAsync(claimed, reason, ct);
                break;
        }
    }

    private enum Outcome
    {
        Handled,
        Returned,
        Failed,
        Dead,
    }
}
