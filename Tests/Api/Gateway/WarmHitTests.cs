using System.Diagnostics;
using ImageService.Api.Gateway;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
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
        var commands = new ProfilingSession();
        Stack.Redis!.RegisterProfiler(() => commands);
        var database = new NpgsqlConnectionStringBuilder(Servers.Registry).Database!;
        var queries = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => tag.Value as string == database))
                    queries.Add(activity.TagObjects.FirstOrDefault(tag => tag.Key is "db.statement" or "db.query.text").Value as string
                        ?? activity.DisplayName);
            },
        };
        ActivitySource.AddActivityListener(listener);

        for (var i = 0; i < 50; i++)
            Layer((await ImageAsync(Stack, asset.Public("w_50.webp"))).Response).ShouldBe("memory");

        // Beats of the listener and counts written in batches are the background's.
        queries.Where(query =>
            query.Contains("assets", StringComparison.OrdinalIgnoreCase) || query.Contains("spaces", StringComparison.OrdinalIgnoreCase)
                || query.Contains("policies", StringComparison.OrdinalIgnoreCase))
            .ShouldBeEmpty();
        commands.FinishProfiling()
            .Count(command => command.Command is not ("PING" or "INFO" or "ECHO")).ShouldBeLessThanOrEqualTo(1, "at most the lease of the next block");
    }

    [Fact]
    public async Task A_warm_image_allocates_little()
    {
        var asset = await (await Stack.NewSpaceAsync(("rate_limit_requests", "10000000"))).AddAsync();
        await Probe.UntilAsync(async () => Layer((await ImageAsync(Stack, asset.Public("w_50.webp"))).Response) == "memory", "it is in memory");
        var serve = Stack.Services.GetRequiredService<ServeImage>();
        var contexts = Enumerable.Range(0, 300).Select(_ => Request(asset.Public("w_50.webp"))).ToArray();
        foreach (var warmUp in contexts.Take(100))
            await serve.HandleAsync(warmUp, AssetAccess.Public);

        var least = long.MaxValue;
        foreach (var context in contexts.Skip(100))
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var served = serve.HandleAsync(context, AssetAccess.Public);
            if (!served.IsCompletedSuccessfully)
                await served;
            else
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            context.Response.StatusCode.ShouldBe(200);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{least} bytes per warm image");
        least.ShouldBeLessThan(4096);
    }

    /// <summary>A request whose body goes nowhere, so that what is measured is ours.</summary>
    private static DefaultHttpContext Request(string path)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = path;
        context.Request.Host = new HostString("localhost");
        context.Request.Headers.Accept = "image/webp,*/*";
        context.Response.Body = Stream.Null;
        _ = context.Response.BodyWriter;
        _ = context.Response.Headers;
        return context;
    }
}
