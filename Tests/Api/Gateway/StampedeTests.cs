using System.Net;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class StampedeTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task Of_128_first_requests_on_two_replicas_one_transforms()
    {
        var other = await AnotherAsync();
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(width: 3000, height: 2000);
        var path = asset.Public("w_1400-h_900.webp");

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).SelectMany(_ => new[] { Stack.GetAsync(path), other.GetAsync(path) }));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        (Stack.Transforms + other.Transforms).ShouldBe(1);
        answers.Count(answer => Layer(answer) == "miss").ShouldBe(1);
        answers.Select(Layer).Distinct().ShouldBeSubsetOf(["miss", "coalesced", "memory", "redis"]);
        answers.Select(answer => answer.Headers.ETag!.Tag).Distinct().Count().ShouldBe(1);
        await using var db = space.Db();
        (await db.Variants.CountAsync(Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_fail_those_who_stay()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(width: 3000, height: 2000);
        var path = asset.Public("w_1400-h_900.avif");
        using var leaving = new CancellationTokenSource();
        var first = Stack.Http.GetAsync(path, leaving.Token);
        await Probe.UntilAsync(
            () =>
                Stack.Services.GetService(typeof(ImageService.Core.Engine.TransformGate)) is ImageService.Core.Engine.TransformGate { Running: > 0 }
                    || first.IsCompleted, "the transform runs");
        var second = Stack.GetAsync(path);
        await leaving.CancelAsync();

        (await second).StatusCode.ShouldBe(HttpStatusCode.OK);
        Stack.Transforms.ShouldBeInRange(1, 2);
    }
}

public sealed class StampedeWithoutRedisTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private readonly RedisServer _redis = redis;
    private readonly PostgresServer _postgres = postgres;
    private PrivateServer _mine = null!;

    [Fact]
    public async Task Redis_killed_in_the_middle_of_a_stampede_costs_no_caller_an_image()
    {
        var servers = (await StackServers.CreateAsync(_postgres, _redis, Ct)) with { Redis = _mine.ConnectionString };
        await using var one = await GatewayStack.StartAsync(servers);
        await using var two = await GatewayStack.StartAsync(servers);
        var space = await one.NewSpaceAsync();
        var assets = new List<StackAsset>();
        for (var i = 0; i < 4; i++)
            assets.Add(await space.AddAsync(width: 1500, height: 1000));

        var requests = Enumerable.Range(0, 64)
            .SelectMany(i => new[] { one, two }.Select(stack => stack.GetAsync(assets[i % 4].Public("w_700-h_450.webp")))).ToArray();
        await Task.WhenAny(requests);
        await _mine.KillAsync();
        var answers = await Task.WhenAll(requests);

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        answers.Select(answer => answer.Headers.ETag!.Tag).Distinct().Count().ShouldBe(4);
        (one.Transforms + two.Transforms).ShouldBeInRange(4, 8);
    }

    [Fact]
    public async Task With_redis_gone_from_the_start_postgresql_keeps_a_stampede_at_one_transform()
    {
        await _mine.KillAsync();
        var servers = (await StackServers.CreateAsync(_postgres, _redis, Ct)) with { Redis = _mine.ConnectionString };
        await using var one = await GatewayStack.StartAsync(servers);
        await using var two = await GatewayStack.StartAsync(servers);
        var asset = await (await one.NewSpaceAsync()).AddAsync(width: 1500, height: 1000);

        var answers =
            await Task.WhenAll(Enumerable.Range(0, 64).SelectMany(_ => new[] { one, two }.Select(stack => stack.GetAsync(asset.Public("w_700-h_450.webp")))));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        (one.Transforms + two.Transforms).ShouldBe(1);
    }

    public override async ValueTask InitializeAsync()
    {
        _mine = await _redis.StartPrivateAsync(Ct);
        await base.InitializeAsync();
    }
}
