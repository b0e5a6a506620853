using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ImageService.Core.Messaging;

/// <summary>
/// Wakes a loop when something is committed in PostgreSQL (LISTEN/NOTIFY). It only shortens the wait: whoever waits must also look by itself
/// from time to time, since a notification is lost while the connection is.
/// </summary>
/// <param name="source">Where to listen.</param>
/// <param name="channel">Channel name, lower-case letters and underscores.</param>
/// <param name="log">Told when the connection is lost.</param>
public sealed class PostgresSignal(NpgsqlDataSource source, string channel, ILogger log)
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Listens until cancelled, connecting anew whenever the connection is lost.</summary>
    public async Task ListenAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                connection.Notification += (_, _) => _woken.Writer.TryWrite(true);
                await using var listen = new NpgsqlCommand($"LISTEN {channel}", connection);
                await listen.ExecuteNonQueryAsync(ct);
                _woken.Writer.TryWrite(true);
                while (true) await connection.WaitAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException)
            {
                Log.SignalLost(log, exception, channel);
                await DelayAsync(ct);
            }
        }
    }

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

    private static async Task DelayAsync(CancellationToken ct) => await Task.Delay(ReconnectDelay, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
