using Microsoft.Extensions.Logging;

namespace ImageService.Core.Messaging;

/// <summary>
/// What all brokers' consumers have in common: slots for <see cref="MessagingOptions.Concurrency"/> handlers, claims kept while a handler runs, outcomes
/// settled by the port's rules, and patience while the broker is away.
/// </summary>
internal sealed class BrokerConsumer(MessagingOptions options, TimeProvider time, ILogger log)
{
    private int _inFlight;

    /// <summary>Messages this process handles now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public BacklogClock Backlog { get; } = new(time);

    /// <summary>Handles messages until cancelled, then waits until the running handlers are settled.</summary>
    /// <param name="receive">
    /// Takes up to so many messages, waiting a while for the first; any failure is an outage and is tried again. Where a broker may hand messages to a call
    /// that
    /// was given up, it does not heed the cancellation and waits for a short while only.
    /// </param>
    /// <param name="stop">Called once, when nothing more is to be received and handlers are still settling.</param>
    public async Task RunAsync(
        Func<int, CancellationToken, Task<IReadOnlyList<BrokerDelivery>>> receive,
        Func<Task> stop,
        Func<MessageDelivery, CancellationToken, Task> handle,
        CancellationToken ct)
    {
        using var slots = new SemaphoreSlim(options.Concurrency, options.Concurrency);
        while (await TakeSlotsAsync(slots, ct) is var free and > 0)
        {
            var received = await TryReceiveAsync(receive, free, ct);
            if (received.Count < free)
                slots.Release(free - received.Count);
            foreach (var delivery in received) _ = RunAsync(delivery, handle, slots, ct);
        }

        await stop();

        // Running handlers see the cancellation; wait for them to settle, so that nothing stays claimed for longer than needed.
        for (var i = 0; i < options.Concurrency; i++) await slots.WaitAsync(CancellationToken.None);
    }

    /// <summary>Waits for one free slot, then takes every other that is free; 0 when cancelled.</summary>
    private static async Task<int> TakeSlotsAsync(SemaphoreSlim slots, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return 0;
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

    private async Task<IReadOnlyList<BrokerDelivery>> TryReceiveAsync(
        Func<int, CancellationToken, Task<IReadOnlyList<BrokerDelivery>>> receive, int limit, CancellationToken ct)
    {
        try
        {
            return await receive(limit, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return [];
        }
#pragma warning disable CA1031 // The broker is away, in whatever way its client says so: the next round tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.QueueUnreachable(log, exception, options.ReconnectDelay);
            await Task.Delay(options.ReconnectDelay, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return [];
        }
    }

    private async Task RunAsync(BrokerDelivery delivery, Func<MessageDelivery, CancellationToken, Task> handle, SemaphoreSlim slots, CancellationToken ct)
    {
        Interlocked.Increment(ref _inFlight);
        try
        {
            if (delivery.Attempt == 1)
                Backlog.Delivered(delivery.EnqueuedAt);
            var settle = await HandleAsync(delivery, handle, ct);
            await settle(CancellationToken.None); // Not to be cut short by the stop that ended the handler.
        }
#pragma warning disable CA1031 // An answer that did not arrive is the same to every broker: the message comes again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.SettleFailed(log, exception, delivery.Message.Id);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            slots.Release();
        }
    }

    /// <summary>Runs the handler.</summary>
    /// <returns>How the message is to be settled.</returns>
    private async Task<Func<CancellationToken, Task>> HandleAsync(BrokerDelivery delivery, Func<MessageDelivery, CancellationToken, Task> handle,
        CancellationToken ct)
    {
        if (ct.IsCancellationRequested) return delivery.GiveBackAsync; // It arrived while the consumer was stopping.

        // A message that kills its process comes back without ever having thrown; it too must end.
        if (delivery.Attempt > options.MaxDeliveries)
            return SetAside(delivery, $"None of {delivery.Attempt - 1} deliveries was answered.");
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var kept = KeepAsync(delivery, done.Token);
        try
        {
            await handle(new MessageDelivery(delivery.Message, delivery.Attempt), ct);
            return delivery.CompleteAsync;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return delivery.GiveBackAsync;
        }
#pragma warning disable CA1031 // Whatever a handler throws is its failure: the message comes again, and in the end is set aside where people look.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var reason = BrokerDelivery.ReasonOf(exception);
            if (delivery.Attempt >= options.MaxDeliveries)
                return SetAside(delivery, reason);
            var delay = options.DelayAfter(delivery.Attempt);
            Log.HandlerFailed(log, exception, delivery.Message.Id, delivery.Message.Type, delivery.Attempt, delay);
            return settleCt => delivery.RetryAsync(delay, reason, settleCt);
        }
        finally
        {
            await done.CancelAsync();
            await kept;
        }
    }

    private Func<CancellationToken, Task> SetAside(BrokerDelivery delivery, string reason) => ct =>
    {
        Log.MessageDead(log, delivery.Message.Id, delivery.Message.Type, delivery.Attempt);
        return delivery.SetAsideAsync(reason, ct);
    };

    /// <summary>Extends the claim while the handler runs.</summary>
    private async Task KeepAsync(BrokerDelivery delivery, CancellationToken ct)
    {
        using var timer = new PeriodicTimer((delivery.Lease ?? options.VisibilityTimeout) / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct)) await TryExtendAsync(delivery, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The handler is done.
        }
    }

    private async Task TryExtendAsync(BrokerDelivery delivery, CancellationToken ct)
    {
        try
        {
            await delivery.ExtendAsync(options.VisibilityTimeout, ct);
        }
#pragma warning disable CA1031 // Tried again at the next tick; a claim that is lost all the same means a second delivery, which every handler bears.
        catch (Exception exception) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.ExtendFailed(log, exception, delivery.Message.Id);
        }
    }
}
