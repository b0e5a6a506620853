using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.Storage;
using ImageService.Core.Registry;
using Medallion.Threading;
using Medallion.Threading.Postgres;

namespace ImageService.Worker;

/// <summary>
/// Hangfire's tables, with locks that are sessions of the database: one ends when its holder lets go of it or dies, and never before. Hangfire's own are rows,
/// which a killed worker leaves behind, and which are taken from a holder who works for longer than their time.
/// </summary>
/// <param name="tables">Connection string for the statements.</param>
/// <param name="locks">Connection string for the locks, each of which has a connection of its own while it is held or waited for.</param>
/// <param name="options">Of the tables.</param>
internal sealed class SessionLockedStorage(string tables, string locks, PostgreSqlStorageOptions options)
    : PostgreSqlStorage(new NpgsqlConnectionFactory(tables, options), options)
{
    // The constructor has made the tables ready or thrown, so there is nothing to wait for.
    public override IStorageConnection GetConnection() => new SessionLockedConnection(this, locks);
}

/// <summary>One caller's connection. As Hangfire's own it gives a lock again to who has it already, and is used by one thread at a time.</summary>
internal sealed class SessionLockedConnection(PostgreSqlStorage storage, string locks) : PostgreSqlConnection(storage)
{
    private readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);

    /// <summary>Takes the lock.</summary>
    /// <param name="resource">What is locked; any text.</param>
    /// <param name="timeout">How long another holder is waited for; zero: not at all.</param>
    /// <exception cref="DistributedLockTimeoutException">Another holds it.</exception>
    public override IDisposable AcquireDistributedLock(string resource, TimeSpan timeout)
    {
        if (!_held.TryGetValue(resource, out var held))
        {
            var key = new PostgresAdvisoryLockKey($"{JobServer.Schema}:{resource}", allowHashing: true);

            // In a transaction of its own: outside of one, the time to wait cannot be set, and the server complains of each attempt.
            var taken = new PostgresDistributedLock(key, locks, static settings => settings.UseMultiplexing(false).UseTransaction())
                .TryAcquire(timeout, CancellationToken.None) ?? throw new DistributedLockTimeoutException(resource);
            _held[resource] = held = new Held(taken);
        }

        held.Takers++;
        return new Lease(this, resource);
    }

    public override void Dispose()
    {
        foreach (var resource in _held.Keys.ToList())
            End(resource);
        base.Dispose();
    }

    private void Release(string resource)
    {
        if (_held.TryGetValue(resource, out var held) && --held.Takers == 0)
            End(resource);
    }

    private void End(string resource)
    {
        if (!_held.Remove(resource, out var held))
            return;
        try
        {
            held.Handle.Dispose();
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            // Its session has ended, and the lock with it.
        }
    }

    private sealed class Held(IDistributedSynchronizationHandle handle)
    {
        public IDistributedSynchronizationHandle Handle { get; } = handle;

        public int Takers { get; set; }
    }

    private sealed class Lease(SessionLockedConnection connection, string resource) : IDisposable
    {
        private bool _released;

        public void Dispose()
        {
            if (_released)
                return;
            _released = true;
            connection.Release(resource);
        }
    }
}
