using ImageService.Api.RateLimiting;
using ImageService.Core.Caching;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using StackExchange.Redis;
using Xunit;

namespace ImageService.Tests.Api.RateLimiting;

[Trait("Level", "Integration")]
public sealed class RateLimiterTests(RedisServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly RateKey _key = new(Guid.CreateVersion7(), RateKind.Images);
    private ConnectionMultiplexer _redis = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _redis = await ConnectionMultiplexer.ConnectAsync(await server.GetConnectionStringAsync(Ct));

    public async ValueTask DisposeAsync() => await _redis.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public async Task Two_replicas_together_never_grant_more_than_the_limit(long limit)
    {
        var (one, two) = (Limiter(_redis), Limiter(_redis));

        var decisions =
            await Task.WhenAll(Enumerable.Range(0, (int)limit + 300).Select(async i => await (i % 2 == 0 ? one : two).TakeAsync(_key, limit, Window, Ct)));

        var allowed = decisions.LongCount(decision => decision.IsAllowed);
        allowed.ShouldBeInRange(limit - (2 * Math.Max(1, limit / 100)), limit);
        var refused = decisions.First(decision => !decision.IsAllowed);
        (refused.Limit, refused.Remaining).ShouldBe((limit, 0));
        refused.ResetAfter.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(66));
    }

    [Fact]
    public async Task A_request_within_a_block_asks_redis_nothing()
    {
        var limiter = Limiter(_redis);
        await limiter.TakeAsync(_key, 10_000, Window, Ct);
        var session = new StackExchange.Redis.Profiling.ProfilingSession();
        _redis.RegisterProfiler(() => session);

        for (var i = 0; i < 70; i++)
            (await limiter.TakeAsync(_key, 10_000, Window, Ct)).IsAllowed.ShouldBeTrue();

        session.FinishProfiling().Count(command => command.Command.StartsWith("EVAL", StringComparison.Ordinal)).ShouldBe(0);
    }

    [Fact]
    public async Task A_limit_that_is_raised_holds_at_once()
    {
        var limiter = Limiter(_redis);
        for (var i = 0; i < 3; i++)
            await limiter.TakeAsync(_key, 2, Window, Ct);
        (await limiter.TakeAsync(_key, 2, Window, Ct)).IsAllowed.ShouldBeFalse();

        (await limiter.TakeAsync(_key, 3, Window, Ct)).IsAllowed.ShouldBeTrue();
        (await limiter.TakeAsync(_key, 3, Window, Ct)).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task Without_redis_each_replica_keeps_the_limit_by_itself()
    {
        var limiter = Limiter(redis: null);

        var decisions = await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ => await limiter.TakeAsync(_key, 20, Window, Ct)));

        decisions.Count(decision => decision.IsAllowed).ShouldBe(20);
    }

    private static RateLimiter Limiter(IConnectionMultiplexer? redis) => new(
        new RedisConnection(redis, Options.Create(new CachingOptions { RedisTimeout = TimeSpan.FromSeconds(5) }), TimeProvider.System,
            NullLogger<RedisConnection>.Instance),
        Options.Create(new RateLimitOptions()),
        TimeProvider.System);
}
