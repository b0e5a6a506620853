using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>
/// The one connection on which this process hears of commits (LISTEN, NOTIFY), for every channel. Notices of a channel come in the order of their commits,
/// one at a time.
/// A beat asks the server every second: its answer arrives after every notice sent before it, so having it nothing was missed. When the connection was lost,
/// every subscriber is told that it may have missed something as soon as it would hear again.
/// </summary>
public sealed class Notices(NpgsqlDataSource source, TimeProvider time, ILogger<Notices> logger) : BackgroundService
{
    /// <summary>Time between two proofs that nothing was missed.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, ImmutableArray<Subscription>> _channels = new(StringComparer.Ordinal);

    /// <summary>
    /// Subscribes; also while listening, then from the next beat on. Callbacks run one after the other on the listening loop: they must be quick.
    /// </summary>
    /// <param name="channel">Lower-case letters and underscores.</param>
    /// <param name="heard">A notice with its payload.</param>
    /// <param name="lost">Notices may have been missed, also before the first: look for yourself. What is committed from now on is heard.</param>
    /// <param name="proven">Every notice sent before now was heard.</param>
    /// <returns>Ends the subscription when disposed.</returns>
    public IDisposable On(string channel, Action<string> heard, Action lost, Action? proven = null)
    {
        if (channel.Length == 0 || !channel.All(static character => character is '_' or (>= 'a' and <= 'z')))
            throw new ArgumentException($"'{channel}' is no channel: lower-case letters and underscores.", nameof(channel));
        var subscription = new Subscription(channel, heard, lost, proven);
        _channels.AddOrUpdate(channel, static (_, added) => [added], static (_, all, added) => all.Add(added), subscription);
        return new Unsubscriber(this, subscription);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() => pause = FirstPause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (RegistryFailure.Is(exception))
            {
                // Whatever the server says, also that the role is not there before the migrations ran, hearing starts when it can.
                Log.NoticesLost(logger, exception);

                // Pooled connections to a server that went away fail one by one otherwise.
                source.Clear();
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task ListenAsync(Action connected, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        connection.Notification += (_, notice) => Tell(notice.Channel, subscription => subscription.Heard(notice.Payload));
        await using var beat = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = 2 };
        var known = new HashSet<Subscription>();
        var channels = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            await ListenToNewAsync(connection, known, channels, ct);
            connected();
            await beat.ExecuteNonQueryAsync(ct);
            foreach (var subscription in known)
                Tell(subscription, static one => one.Proven?.Invoke());
            await connection.WaitAsync(Beat, ct);
        }
    }

    /// <summary>Listens to channels that were subscribed to since the last beat.</summary>
    private async Task ListenToNewAsync(NpgsqlConnection connection, HashSet<Subscription> known, HashSet<string> channels, CancellationToken ct)
    {
        known.RemoveWhere(subscription => !_channels[subscription.Channel].Contains(subscription));
        var added = _channels.Values.SelectMany(static all => all).Where(subscription => !known.Contains(subscription)).ToList();
        if (added.Count == 0)
            return;
        foreach (var channel in added.Select(static subscription => subscription.Channel).Where(channels.Add))
        {
            await using var listen = new NpgsqlCommand($"LISTEN {channel}", connection);
            await listen.ExecuteNonQueryAsync(ct);
        }

        foreach (var subscription in added)
        {
            known.Add(subscription);
            Tell(subscription, static one => one.Lost());
        }

        Log.Listening(logger, channels.Count);
    }

    private void Tell(string channel, Action<Subscription> what)
    {
        if (!_channels.TryGetValue(channel, out var subscriptions))
            return;
        foreach (var subscription in subscriptions)
            Tell(subscription, what);
    }

    private void Tell(Subscription subscription, Action<Subscription> what)
    {
        try
        {
            what(subscription);
        }
#pragma warning disable CA1031 // A subscriber's mistake must not make the others deaf; the driver would swallow it without a word.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.SubscriberFailed(logger, exception, subscription.Channel);
        }
    }

    private void Remove(Subscription subscription)
    {
        while (_channels.TryGetValue(subscription.Channel, out var all) && !_channels.TryUpdate(subscription.Channel, all.Remove(subscription), all))
        {
            // Somebody else changed the list meanwhile.
        }
    }

    /// <summary>Compared by reference: the same callbacks may subscribe twice.</summary>
    private sealed class Subscription(string channel, Action<string> heard, Action lost, Action? proven)
    {
        public string Channel { get; } = channel;

        public Action<string> Heard { get; } = heard;

        public Action Lost { get; } = lost;

        public Action? Proven { get; } = proven;
    }

    private sealed class Unsubscriber(Notices notices, Subscription subscription) : IDisposable
    {
        public void Dispose() => notices.Remove(subscription);
    }
}
