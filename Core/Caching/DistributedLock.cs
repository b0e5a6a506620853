using ImageService.Core.Registry;
using Medallion.Threading;
using Medallion.Threading.Postgres;
using Medallion.Threading.Redis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace ImageService.Core.Caching;

/// <summary>
/// One holder among all replicas: in Redis (the Redlock algorithm over one or several servers), in PostgreSQL while Redis is gone, and nobody's
/// while both are. A lock here saves work and never guards truth: what it protects must be harmless when done twice.
/// </summary>
public sealed class DistributedLock(RedisConnection redis, NpgsqlDataSource? registry, IOptions<CachingOptions> options, ILogger<DistributedLock> logger)
    : IAsyncDisposable
{
    private readonly SemaphoreSlim _postgresLocks = new(Math.Max(1, options.Value.PostgresLocks));
    private readonly Lazy<Task<IConnectionMultiplexer[]>> _endpoints = new(() => ConnectAsync(options.Value.LockEndpoints));

    /// <summary>Takes the lock, or goes on without it when nobody can give it.</summary>
    /// <param name="name">What is locked; any text.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<HeldLock> AcquireAsync(string name, CancellationToken ct)
    {
        if (await TryRedisAsync(name, ct) is { } byRedis)
            return byRedis;
        if (await TryPostgresAsync(name, ct) is { } byPostgres)
            return byPostgres;
        Log.NoLock(logger, name);
        return new HeldLock(LockKeeper.None, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_endpoints is { IsValueCreated: true })
        {
            foreach (var endpoint in await _endpoints.Value)
                await endpoint.DisposeAsync();
        }

        _postgresLocks.Dispose();
    }

    private async Task<HeldLock?> TryRedisAsync(string name, CancellationToken ct)
    {
        try
        {
            var databases = await DatabasesAsync();
            if (databases.Count == 0)
                return null;
            var redlock = new RedisDistributedLock(
                $"lock:{name}",
                databases,
                settings => settings.Expiry(options.Value.LockExpiry).BusyWaitSleepTime(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(40)));
            var handle = await redlock.TryAcquireAsync(options.Value.LockWait, ct);
            return handle is null ? new HeldLock(LockKeeper.None, null, null) : new HeldLock(LockKeeper.Redis, handle, null);
        }
        catch (Exception exception) when (IsRedisFailure(exception))
        {
            redis.Pause(exception);
            return null;
        }
    }

    private async Task<HeldLock?> TryPostgresAsync(string name, CancellationToken ct)
    {
        if (registry is null || options.Value.PostgresLocks == 0 || !await _postgresLocks.WaitAsync(TimeSpan.FromSeconds(1), ct))
            return null;
        try
        {
            var advisory = new PostgresDistributedLock(new PostgresAdvisoryLockKey($"imageservice:{name}", allowHashing: true), registry);
            var handle = await advisory.TryAcquireAsync(options.Value.LockWait, ct);
            if (handle is not null)
                return new HeldLock(LockKeeper.Postgres, handle, _postgresLocks);
            _postgresLocks.Release();
            return null;
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            _postgresLocks.Release();
            Log.PostgresLockFailed(logger, exception);
            return null;
        }
        catch (OperationCanceledException)
        {
            _postgresLocks.Release();
            throw;
        }
    }

    private async Task<List<IDatabase>> DatabasesAsync()
    {
        if (options.Value.LockEndpoints.Length > 0)
        {
            var endpoints = await _endpoints.Value;
            return endpoints.Count(endpoint => endpoint.IsConnected) > endpoints.Length / 2
                ? endpoints.Select(endpoint => endpoint.GetDatabase()).ToList() : [];
        }

        return redis.IsUsable ? [redis.Multiplexer!.GetDatabase()] : [];
    }

    private static async Task<IConnectionMultiplexer[]> ConnectAsync(string[] connectionStrings)
    {
        var endpoints = new IConnectionMultiplexer[connectionStrings.Length];
        for (var i = 0; i < endpoints.Length; i++)
        {
            var settings = ConfigurationOptions.Parse(connectionStrings[i]);
            settings.AbortOnConnectFail = false;
            settings.BacklogPolicy = BacklogPolicy.FailFast;
            endpoints[i] = await ConnectionMultiplexer.ConnectAsync(settings);
        }

        return endpoints;
    }

    internal static bool IsRedisFailure(Exception exception) =>
        RedisConnection.IsRedisFailure(exception) || (exception is AggregateException several && several.InnerExceptions.All(IsRedisFailure));
}

/// <summary>Who keeps a lock.</summary>
public enum LockKeeper
{
    /// <summary>Nobody: the holder may not be alone.</summary>
    None,
    Redis,
    Postgres,
}

/// <summary>A lock that is held until disposed. Releasing a lock whose keeper is gone is no failure: it expires by itself.</summary>
public sealed class HeldLock(LockKeeper keeper, IDistributedSynchronizationHandle? handle, SemaphoreSlim? slot) : IAsyncDisposable
{
    public LockKeeper Keeper => keeper;

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (handle is not null)
                await handle.DisposeAsync();
        }
        catch (Exception exception) when (DistributedLock.IsRedisFailure(exception) || RegistryFailure.IsUnavailable(exception))
        {
            // The keeper died while the lock was held; the work it covered is done and idempotent.
        }
        finally
        {
            slot?.Release();
        }
    }
}
