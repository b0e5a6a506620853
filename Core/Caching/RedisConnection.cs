using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ImageService.Core.Caching;

/// <summary>
/// The way to Redis for everything that can do without it: short timeouts, and after a failure no call at all for a while, so that a Redis
/// that is gone costs a request nothing. It comes back by itself.
/// </summary>
public sealed class RedisConnection(IConnectionMultiplexer? redis, IOptions<CachingOptions> options, TimeProvider time, ILogger<RedisConnection> logger)
{
    private readonly TimeSpan _timeout = options.Value.RedisTimeout;
    private long _pausedUntil;
    private int _isDown;
    private int _isLooking;

    /// <summary>Whether a call would be tried now.</summary>
    public bool IsUsable => redis is { IsConnected: true } && time.GetTimestamp() >= Volatile.Read(ref _pausedUntil);

    /// <summary>The multiplexer; null where no Redis is configured.</summary>
    public IConnectionMultiplexer? Multiplexer => redis;

    /// <summary>Runs one call; never throws for Redis's own failures.</summary>
    /// <returns>Whether Redis answered, and with what.</returns>
    public async ValueTask<(bool Answered, T? Value)> TryAsync<TState, T>(TState state, Func<IDatabase, TState, Task<T>> call, CancellationToken ct)
    {
        if (!IsUsable)
        {
            NoteDown(null);
            return default;
        }

        try
        {
            var value = await call(redis!.GetDatabase(), state).WaitAsync(_timeout, time, ct);
            NoteUp();
            return (true, value);
        }
        catch (Exception exception) when (IsRedisFailure(exception))
        {
            Pause(exception);
            return default;
        }
    }

    /// <summary>Leaves Redis alone for a while: a caller with its own way to Redis (a lock) saw it fail.</summary>
    public void Pause(Exception exception)
    {
        Volatile.Write(ref _pausedUntil, time.GetTimestamp() + (long)(options.Value.RedisPause.TotalSeconds * time.TimestampFrequency));
        NoteDown(exception);
        if (redis is not null && Interlocked.Exchange(ref _isLooking, 1) == 0)
            _ = LookAgainAsync(redis);
    }

    /// <summary>
    /// Of several servers another may be the master by now. The client asks by itself once a minute, and where it takes a server for a replica it does not send
    /// the command by whose answer it would find out.
    /// </summary>
    private async Task LookAgainAsync(IConnectionMultiplexer several)
    {
        try
        {
            if (several.GetEndPoints().Length > 1)
                await several.ConfigureAsync();
        }
        catch (Exception exception) when (IsRedisFailure(exception))
        {
            // Nobody answers yet: the next failure asks again.
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    /// <summary>
    /// Whether the exception says that Redis, not the caller, is at fault. The client refuses some commands itself, such as writes while the only server it
    /// can see is a replica (a cluster whose master died just now).
    /// </summary>
    public static bool IsRedisFailure(Exception exception) =>
        exception is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException or IOException;

    private void NoteDown(Exception? exception)
    {
        if (redis is not null && Interlocked.Exchange(ref _isDown, 1) == 0)
            Log.RedisLost(logger, exception);
    }

    private void NoteUp()
    {
        if (Volatile.Read(ref _isDown) == 1 && Interlocked.Exchange(ref _isDown, 0) == 1)
            Log.RedisBack(logger);
    }
}
