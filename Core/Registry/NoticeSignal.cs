using System.Threading.Channels;

namespace ImageService.Core.Registry;

/// <summary>
/// Wakes one loop when a channel is heard, or when something may have been missed on it. Wakings that come while nobody waits are kept as one.
/// </summary>
public sealed class NoticeSignal : IDisposable
{
    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly IDisposable _subscription;

    /// <param name="notices">The process's ear.</param>
    /// <param name="channel">Channel name.</param>
    public NoticeSignal(Notices notices, string channel) => _subscription = notices.On(channel, _ => Wake(), Wake);

    /// <summary>Returns when woken, or after the time given, or when cancelled.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(atMost);
        try
        {
            await _woken.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Time is up, or the loop is stopping; either way the caller looks at what is there.
        }
    }

    public void Dispose() => _subscription.Dispose();

    private void Wake() => _woken.Writer.TryWrite(true);
}
