using Hangfire.PostgreSql;
using Hangfire.Storage;
using ImageService.Tests.Support;
using ImageService.Worker;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

/// <summary>The locks of jobs: one run of a kind at a time, one change of a job's state at a time.</summary>
[Trait("Level", "Integration")]
public sealed class SessionLockedStorageTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string Resource = "job:1:state-lock";

    private string _database = "";
    private SessionLockedStorage _storage = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync(Ct);

        // A lock of Hangfire's own would be old, and taken away, at once.
        var options = new PostgreSqlStorageOptions { SchemaName = JobServer.Schema, DistributedLockTimeout = TimeSpan.FromMilliseconds(1) };
        _storage = new SessionLockedStorage(_database, new NpgsqlConnectionStringBuilder(_database) { Enlist = false }.ConnectionString, options);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void A_lock_has_one_holder_for_as_long_as_he_works_and_however_often_he_took_it()
    {
        using var holder = _storage.GetConnection();
        using var other = _storage.GetConnection();
        var first = holder.AcquireDistributedLock(Resource, TimeSpan.Zero);
        var again = holder.AcquireDistributedLock(Resource, TimeSpan.Zero);
        Refused(other);
        again.Dispose();
        again.Dispose();
        Refused(other);
        other.AcquireDistributedLock("job:2:state-lock", TimeSpan.Zero).Dispose();
        first.Dispose();
        using var next = other.AcquireDistributedLock(Resource, TimeSpan.Zero);
        Refused(holder);
    }

    [Fact]
    public void A_connection_that_is_closed_lets_go_of_its_locks()
    {
        using var other = _storage.GetConnection();
        using (var holder = _storage.GetConnection())
            holder.AcquireDistributedLock(Resource, TimeSpan.Zero);
        other.AcquireDistributedLock(Resource, TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task The_lock_of_a_holder_that_was_killed_is_free_at_once_and_his_letting_go_of_it_hurts_nobody()
    {
        using var killed = _storage.GetConnection();
        using var other = _storage.GetConnection();
        var lost = killed.AcquireDistributedLock(Resource, TimeSpan.Zero);
        await using (var source = NpgsqlDataSource.Create(_database))
        await using (var kill = source.CreateCommand(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_locks
            WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """))
            (await kill.ExecuteScalarAsync(Ct)).ShouldBe(1L);
        using var next = other.AcquireDistributedLock(Resource, TimeSpan.FromSeconds(10));
        lost.Dispose();
        using var third = _storage.GetConnection();
        Refused(third);
    }

    private static void Refused(IStorageConnection connection) =>
        Should.Throw<DistributedLockTimeoutException>(() => connection.AcquireDistributedLock(Resource, TimeSpan.Zero)).Resource.ShouldBe(Resource);
}
