using System.Net;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>The month's quota of transforms counts those that ran, and no others.</summary>
public sealed class TransformQuotaTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    protected override Dictionary<string, string?> Settings => new() { ["Engine:MaxRunning"] = "1", ["Engine:MaxWaiting"] = "4" };

    [Fact]
    public async Task What_the_gate_refuses_is_given_back()
    {
        var space = await Stack.NewSpaceAsync(("quota_transforms_per_month", "1000"));
        var asset = await space.AddAsync(width: 3000, height: 2000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Stack.GetAsync(asset.Public($"w_{1400 + i}.avif"))));

        var made = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        made.ShouldBeLessThan(40);
        await CountedAsync(space, made);
        Stack.Transforms.ShouldBe(made);
    }

    [Fact]
    public async Task Two_replicas_count_what_both_made()
    {
        var other = await AnotherAsync();
        var space = await Stack.NewSpaceAsync(("quota_transforms_per_month", "1000"));
        var asset = await space.AddAsync(width: 3000, height: 2000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? Stack : other).GetAsync(asset.Public($"w_{1400 + i}.avif"))));

        await CountedAsync(space, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_store_that_is_away_costs_nothing()
    {
        var space = await Stack.NewSpaceAsync(("quota_transforms_per_month", "2"));
        var asset = await space.AddAsync();
        Stack.Store.IsBroken = true;

        for (var width = 10; width < 15; width++)
            (await ProblemAsync(Stack, asset.Public($"w_{width}.jpg"), HttpStatusCode.ServiceUnavailable)).ShouldBe("storage_unavailable");

        await CountedAsync(space, 0);
        Stack.Store.IsBroken = false;
        (await ImageAsync(Stack, asset.Public("w_10.jpg"))).Response.Dispose();
        await CountedAsync(space, 1);
    }

    [Fact]
    public async Task What_its_header_refuses_costs_nothing()
    {
        var space = await Stack.NewSpaceAsync(("quota_transforms_per_month", "2"), ("max_input_pixels", "1000"));
        var asset = await space.AddAsync();

        for (var width = 300; width < 305; width++)
            (await ProblemAsync(Stack, asset.Public($"w_{width}.jpg"), HttpStatusCode.UnprocessableEntity)).ShouldBe("image_limit_exceeded");

        await CountedAsync(space, 0);
    }

    [Fact]
    public async Task A_transform_that_fails_over_its_pixels_counts_and_is_not_tried_again_for_a_while()
    {
        var space = await Stack.NewSpaceAsync(("quota_transforms_per_month", "5"));
        var whole = Pictures.Jpeg(800, 600, 77);
        var asset = await space.AddAsync(whole[..(whole.Length / 2)], 800, 600, AssetAccess.Public);

        for (var i = 0; i < 3; i++)
            (await ProblemAsync(Stack, asset.Public("w_700.jpg"), HttpStatusCode.UnprocessableEntity)).ShouldBe("undecodable_image");

        await CountedAsync(space, 1);
    }

    // Giving back may end a moment after the answer.
    private static async Task CountedAsync(StackSpace space, int expected)
    {
        var month = QuotaPeriod.MonthOf(DateTimeOffset.UtcNow);
        Guid[] levels = [space.OrganizationId, space.TenantId, space.SpaceId];
        await Probe.UntilAsync(
            async () =>
            {
                await using var db = space.Db();
                var counted = await db.QuotaCounters.Where(row => row.Kind == "transforms" && row.Period == month)
                    .ToDictionaryAsync(row => row.ScopeId, row => row.Used, Ct);
                return levels.All(level => counted.GetValueOrDefault(level) == expected);
            },
            $"the quota counts {expected} at every level");
    }
}
