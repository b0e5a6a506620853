using ImageService.Core.Caching;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Shouldly;
using StackExchange.Redis;
using Xunit;

namespace ImageService.Tests.Core.Caching;

[Trait("Level", "Integration")]
public sealed class DistributedLockTests(RedisServer redis, PostgresServer postgres)
{
    private readonly string _name = Guid.CreateVersion7().ToString();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_never_hold_one_lock_in_redis_together()
    {
        await using var one = await ProcessAsync(await redis.GetConnectionStringAsync(Ct));
        await using var two = await ProcessAsync(await redis.GetConnectionStringAsync(Ct));

        await AssertExclusiveAsync(LockKeeper.Redis, one.Lock, two.Lock);
    }

    [Fact]
    public async Task Without_redis_postgresql_keeps_the_lock()
    {
        var database = await postgres.CreateDatabaseAsync(Ct);
        await using var one = await ProcessAsync(redis: null, database);
        await using var two = await ProcessAsync(redis: null, database);

        await AssertExclusiveAsync(LockKeeper.Postgres, one.Lock, two.Lock);
    }

    [Fact]
    public async Task Without_either_the_work_goes_on_unlocked()
    {
        await using var alone = await ProcessAsync(redis: null, database: null);

        await using var held = await alone.Lock.AcquireAsync(_name, Ct);

        held.Keeper.ShouldBe(LockKeeper.None);
    }

    [Fact]
    public async Task A_lock_whose_redis_dies_is_released_without_failure_and_the_next_is_kept_by_postgresql()
    {
        await using var mine = await redis.StartPrivateAsync(Ct);
        await using var process = await ProcessAsync(mine.ConnectionString, await postgres.CreateDatabaseAsync(Ct));
        var held = await process.Lock.AcquireAsync(_name, Ct);
        held.Keeper.ShouldBe(LockKeeper.Redis);

        await mine.KillAsync();
        await held.DisposeAsync();

        await using var next = await process.Lock.AcquireAsync(_name, Ct);
        next.Keeper.ShouldBe(LockKeeper.Postgres);
    }

    [Fact]
    public async Task Of_three_endpoints_two_are_enough()
    {
        await using var first = await redis.StartPrivateAsync(Ct);
        await using var second = await redis.StartPrivateAsync(Ct);
        await using var third = await redis.StartPrivateAsync(Ct);
        string[] endpoints = [first.ConnectionString, second.ConnectionString, third.ConnectionString];
        await using var one = await ProcessAsync(redis: null, database: null, endpoints);
        await using var two = await ProcessAsync(redis: null, database: null, endpoints);
        await AssertExclusiveAsync(LockKeeper.Redis, one.Lock, two.Lock);

        await third.KillAsync();

        await AssertExclusiveAsync(LockKeeper.Redis, one.Lock, two.Lock);
    }

    /// <summary>While one holds the lock the other waits; when it is released the other has it.</summary>
    private async Task AssertExclusiveAsync(LockKeeper keeper, DistributedLock one, DistributedLock two)
    {
        var inside = 0;
        var most = 0;
        async Task EnterAsync(DistributedLock locks)
        {
            await using var held = await locks.AcquireAsync(_name, Ct);
            held.Keeper.ShouldBe(keeper);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        }

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => EnterAsync(i % 2 == 0 ? one : two)));

        most.ShouldBe(1);
    }

    private static async Task<LockingProcess> ProcessAsync(string? redis, string? database = null, params string[] endpoints)
    {
        var options = Options.Create(new CachingOptions { LockEndpoints = endpoints, RedisPause = TimeSpan.FromMilliseconds(200) });
        var connection = redis is null ? null : await ConnectionMultiplexer.ConnectAsync(redis + ",abortConnect=false,connectTimeout=1000");
        var source = database is null ? null : NpgsqlDataSource.Create(database);
        var redisConnection = new RedisConnection(connection, options, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        return new LockingProcess(new DistributedLock(redisConnection, source, options, NullLogger<DistributedLock>.Instance), connection, source);
    }

    private sealed record LockingProcess(DistributedLock Lock, ConnectionMultiplexer? Redis, NpgsqlDataSource? Source) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Lock.DisposeAsync();
            if (Redis is not null)
                await Redis.DisposeAsync();
            if (Source is not null)
                await Source.DisposeAsync();
        }
    }
}
