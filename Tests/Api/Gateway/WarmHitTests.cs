using System.Diagnostics;
using ImageService.Tests.Support;
using Npgsql;
using Shouldly;
using StackExchange.Redis.Profiling;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class WarmHitTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task A_warm_image_asks_neither_database_nor_redis()
    {
        var space = await Stack.NewSpaceAsync(("rate_limit_requests", "1000000"));
        var asset = await space.AddAsync();
        await Probe.UntilAsync(async () => Layer((await ImageAsync(Stack, asset.Public("w_50.webp"))).Response) == "memory", "it is in memory");
        var redis = new ProfilingSession();
        Stack.Redis!.RegisterProfiler(() => redis);
        var database = new NpgsqlConnectionStringBuilder(Servers.Registry).Database!;
        var queries = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => tag.Value as string == database))
                    queries.Add(activity.TagObjects.FirstOrDefault(tag => tag.Key is "db.statement" or "db.query.text").Value as string ?? activity.DisplayName);
            },
        };
        ActivitySource.AddActivityListener(listener);

        for (var i = 0; i < 50; i++)
            Layer((await ImageAsync(Stack, asset.Public("w_50.webp"))).Response).ShouldBe("memory");

        // Beats of the listener and counts written in batches are the background's.
        queries.Where(query => query.Contains("assets", StringComparison.OrdinalIgnoreCase) || query.Contains("spaces", StringComparison.OrdinalIgnoreCase) || query.Contains("policies", StringComparison.OrdinalIgnoreCase))
            .ShouldBeEmpty();
        redis.FinishProfiling().Count(command => command.Command is not ("PING" or "INFO" or "ECHO")).ShouldBeLessThanOrEqualTo(1, "at most the lease of the next block");
    }
}
