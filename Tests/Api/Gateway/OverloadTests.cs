using System.Diagnostics;
using System.Net;
using ImageService.Core.Engine;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class OverloadTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    protected override Dictionary<string, string?> Settings => new() { ["Engine:MaxRunning"] = "1", ["Engine:MaxWaiting"] = "4" };

    [Fact]
    public async Task Beyond_the_line_the_answer_is_503_at_once_and_cached_images_flow_meanwhile()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(width: 3000, height: 2000);
        (await ImageAsync(Stack, asset.Public("w_40.jpg"))).Response.Dispose();

        var flood = Enumerable.Range(0, 40).Select(i => Stack.GetAsync(asset.Public($"w_{1400 + i}.avif"))).ToArray();
        await Probe.UntilAsync(() => Gate.Running > 0, "transforms run");
        for (var i = 0; i < 50; i++)
        {
            var started = Stopwatch.GetTimestamp();
            Layer((await ImageAsync(Stack, asset.Public("w_40.jpg"))).Response).ShouldBe("memory");
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(5));
        }

        var answers = await Task.WhenAll(flood);
        answers.Select(answer => answer.StatusCode).Distinct().ShouldBeSubsetOf([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable]);
        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable).ToList();
        refused.Count.ShouldBeGreaterThan(20);
        refused.ShouldAllBe(answer => answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Stack.Transforms.ShouldBe(1 + answers.Length - refused.Count);
    }

    [Fact]
    public async Task One_organizations_flood_does_not_starve_another()
    {
        var greedy = await (await Stack.NewSpaceAsync()).AddAsync(width: 3000, height: 2000);
        var modest = await (await Stack.NewSpaceAsync()).AddAsync();
        var flood = Enumerable.Range(0, 20).Select(i => Stack.GetAsync(greedy.Public($"w_{1400 + i}.avif"))).ToArray();
        await Probe.UntilAsync(() => Gate.Waiting == 4, "the line is full");

        (await ImageAsync(Stack, modest.Public("w_50.jpg"))).Response.Dispose();

        flood.Count(request => !request.IsCompleted).ShouldBeGreaterThan(0, "the flood was still waiting when the other was served");
        await Task.WhenAll(flood);
    }

    private TransformGate Gate => Stack.Services.GetRequiredService<TransformGate>();
}
