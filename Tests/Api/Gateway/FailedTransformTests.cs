using System.Net;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Variants;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>How long a failure answers in place of the engine.</summary>
public sealed class FailedTransformTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task A_failure_is_forgotten_after_ten_minutes_and_the_transform_tried_again()
    {
        var clock = new FakeTimeProvider();
        var stack = await AnotherAsync(services: services => services.AddSingleton(new FailedVariants(clock)));
        var space = await stack.NewSpaceAsync(("quota_transforms_per_month", "9"));
        var whole = Pictures.Jpeg(800, 600, 78);
        var asset = await space.AddAsync(whole[..(whole.Length / 2)], 800, 600, AssetAccess.Public);

        await FailTwiceAsync(asset, "w_700.jpg");
        await CountedAsync(space, 1);
        await FailTwiceAsync(asset, "w_701.jpg");
        await CountedAsync(space, 2);
        clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await FailTwiceAsync(asset, "w_700.jpg");
        await CountedAsync(space, 2);

        clock.Advance(TimeSpan.FromTicks(1));
        await FailTwiceAsync(asset, "w_700.jpg");
        await CountedAsync(space, 3);

        async Task FailTwiceAsync(StackAsset broken, string file)
        {
            for (var i = 0; i < 2; i++)
                (await ProblemAsync(stack, broken.Public(file), HttpStatusCode.UnprocessableEntity)).ShouldBe("undecodable_image");
        }
    }

    // Giving back may end a moment after the answer.
    private static Task CountedAsync(StackSpace space, int expected) => Probe.UntilAsync(
        async () =>
        {
            var month = QuotaPeriod.MonthOf(DateTimeOffset.UtcNow);
            await using var db = space.Db();
            return await db.QuotaCounters.Where(row => row.Kind == "transforms" && row.Period == month && row.ScopeId == space.SpaceId)
                .SumAsync(row => row.Used, Ct) == expected;
        },
        $"{expected} transforms were tried");
}
