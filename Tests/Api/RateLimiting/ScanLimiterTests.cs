using System.Globalization;
using System.Net;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.RateLimiting;

public sealed class ScanLimiterTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    protected override Dictionary<string, string?> Settings => new()
    {
        ["Api:RateLimiting:ScansPerMinute"] = "5",
        ["Api:RateLimiting:SpareLoopback"] = "false",
        ["Api:TrustedProxies:0"] = "127.0.0.1",
        ["Api:TrustedProxies:1"] = "::1",
    };

    [Fact]
    public async Task An_address_that_guesses_is_refused_without_a_look_and_others_are_not()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
        {
            using var guess =
                await Stack.GetAsync(asset.Path(i % 2 == 0 ? "pub" : "priv", "w_10.jpg").Replace("marketing", $"guess{i}", StringComparison.Ordinal),
                    ("X-Forwarded-For", "203.0.113.7"));
            statuses.Add(guess.StatusCode);
        }

        // A minute that turns in between starts the count anew.
        statuses.Count(status => status is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized).ShouldBeInRange(5, 10);
        statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests);
        using var other = await Stack.GetAsync(asset.Public("w_10.jpg"), ("X-Forwarded-For", "203.0.113.8"));
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_a_caller_writes_before_the_proxys_entry_is_never_its_address_though_the_caller_is_in_a_trusted_network()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
        {
            var guessed = asset.Path("pub", "w_10.jpg").Replace("marketing", $"other{i}", StringComparison.Ordinal);
            using var guess =
                await Stack.GetAsync(guessed, ("X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"203.0.113.{100 + i}, 127.0.0.1")));
            statuses.Add(guess.StatusCode);
        }

        statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests, "all of them came from 127.0.0.1");
    }

    [Fact]
    public async Task An_address_that_collects_403s_is_refused_too_and_others_are_served()
    {
        var asset = await (await Stack.NewSpaceAsync(("transform_mode", "\"presets_only\""))).AddAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
        {
            using var forbidden =
                await Stack.GetAsync(asset.Public(string.Create(CultureInfo.InvariantCulture, $"w_{10 + i}.jpg")), ("X-Forwarded-For", "203.0.113.21"));
            statuses.Add(forbidden.StatusCode);
        }

        // A minute that turns in between starts the count anew.
        statuses.Count(status => status == HttpStatusCode.Forbidden).ShouldBeInRange(5, 10);
        statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests);
        using var late = await Stack.GetAsync(asset.Public("original.jpg"), ("X-Forwarded-For", "203.0.113.21"));
        late.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, "also what it may see");
        using var other = await Stack.GetAsync(asset.Public("original.jpg"), ("X-Forwarded-For", "203.0.113.22"));
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
