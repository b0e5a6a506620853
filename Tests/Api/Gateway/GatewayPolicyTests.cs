using System.Net;
using ImageService.Core.Registry;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class GatewayPolicyTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    /// <summary>Policies are judged here: nobody is sent away for want of a core.</summary>
    protected override Dictionary<string, string?> Settings => new() { ["Engine:MaxExpectedWait"] = "00:05:00" };

    [Fact]
    public async Task Made_up_sizes_end_at_the_budget_and_those_made_before_still_flow()
    {
        var asset = await (await Stack.NewSpaceAsync(("variant_budget", "3"))).AddAsync();
        for (var width = 10; width < 13; width++)
            (await ImageAsync(Stack, asset.Public($"w_{width}.jpg"))).Response.Dispose();

        using var refused = await Stack.GetAsync(asset.Public("w_13.jpg"));
        (refused.StatusCode, Header(refused, "Retry-After")).ShouldBe((HttpStatusCode.Forbidden, null), "waiting does not help");
        (await ProblemAsync(Stack, asset.Public("w_14.jpg"), HttpStatusCode.Forbidden)).ShouldBe("variant_budget_exceeded");
        (await ImageAsync(await AnotherAsync(), asset.Public("w_12.jpg"))).Response.Dispose();
    }

    [Fact]
    public async Task A_flood_of_made_up_sizes_cannot_pass_the_budget()
    {
        var asset = await (await Stack.NewSpaceAsync(("variant_budget", "5"))).AddAsync();

        var answers = await Task.WhenAll(Enumerable.Range(10, 40).Select(width => Stack.GetAsync(asset.Public($"w_{width}.jpg"))));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBeInRange(1, 5);
        answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Forbidden);
        Stack.Transforms.ShouldBeLessThanOrEqualTo(5);
    }

    [Fact]
    public async Task A_flood_on_two_replicas_cannot_pass_the_budget_together()
    {
        var other = await AnotherAsync();
        var space = await Stack.NewSpaceAsync(("variant_budget", "5"));
        var asset = await space.AddAsync(width: 1500, height: 1000);

        var answers =
            await Task.WhenAll(Enumerable.Range(700, 40).Select(width => (width % 2 == 0 ? Stack : other).GetAsync(asset.Public($"w_{width}.webp"))));

        // A busy machine may also send some away, which makes no variant.
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBeInRange(1, 5);
        answers.Select(answer => answer.StatusCode)
            .ShouldBeSubsetOf([HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.ServiceUnavailable]);
        await using var db = space.Db();
        (await db.Variants.CountAsync(Ct)).ShouldBeInRange(1, 5);
    }

    [Fact]
    public async Task A_used_up_transform_quota_stops_new_variants_only()
    {
        var asset = await (await Stack.NewSpaceAsync(("quota_transforms_per_month", "2"))).AddAsync();
        (await ImageAsync(Stack, asset.Public("w_10.jpg"))).Response.Dispose();
        (await ImageAsync(Stack, asset.Public("w_11.jpg"))).Response.Dispose();

        (await ProblemAsync(Stack, asset.Public("w_12.jpg"), HttpStatusCode.TooManyRequests)).ShouldBe("periodic_quota_exceeded");
        (await ImageAsync(Stack, asset.Public("w_10.jpg"))).Response.Dispose();
        (await ImageAsync(await AnotherAsync(), asset.Public("w_11.jpg"))).Response.Dispose();
    }

    [Fact]
    public async Task A_spaces_generous_bandwidth_quota_does_not_lift_its_organizations()
    {
        var space = await Stack.NewSpaceAsync(("quota_bandwidth_bytes_per_month", "null"));
        await using (var db = space.Db())
        {
            db.Policies.Add(new PolicyRow
            {
                OrganizationId = space.OrganizationId, Level = PolicyLevel.Organization, ScopeId = space.OrganizationId,
                Key = "quota_bandwidth_bytes_per_month", Value = "1", UpdatedAt = DateTimeOffset.UtcNow,
            });
            await db.SaveChangesAsync(Ct);
        }

        var asset = await space.AddAsync();
        (await ImageAsync(Stack, asset.Public("w_10.jpg"))).Response.Dispose();
        (await ProblemAsync(Stack, asset.Public("w_10.jpg"), HttpStatusCode.TooManyRequests)).ShouldBe("periodic_quota_exceeded");
    }

    [Fact]
    public async Task A_used_up_bandwidth_quota_stops_everything()
    {
        var asset = await (await Stack.NewSpaceAsync(("quota_bandwidth_bytes_per_month", "1"))).AddAsync();
        (await ImageAsync(Stack, asset.Public("w_10.jpg"))).Response.Dispose();

        using var refused = await Stack.GetAsync(asset.Public("w_10.jpg"));

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        Header(refused, "Retry-After").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_used_up_request_quota_stops_everything_and_counts_answers_without_bytes()
    {
        var asset = await (await Stack.NewSpaceAsync(("quota_requests_per_month", "3"))).AddAsync();
        var (_, first) = await ImageAsync(Stack, asset.Public("w_10.jpg"));
        using var notModified = await Stack.GetAsync(asset.Public("w_10.jpg"), ("If-None-Match", Header(first, "ETag")!));
        notModified.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await ImageAsync(Stack, asset.Public("w_10.jpg"))).Response.Dispose();

        using var refused = await Stack.GetAsync(asset.Public("w_10.jpg"));

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (Header(refused, "X-RateLimit-Limit"), Header(refused, "X-RateLimit-Remaining")).ShouldBe(("3", "0"));
        Header(refused, "Retry-After").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_used_up_quota_of_cpu_time_stops_new_variants_only()
    {
        var asset = await (await Stack.NewSpaceAsync(("quota_transform_cpu_ms_per_month", "1"))).AddAsync(width: 3000, height: 2000);
        (await ImageAsync(Stack, asset.Public("w_1600.webp"))).Response.Dispose();

        (await ProblemAsync(Stack, asset.Public("w_1601.webp"), HttpStatusCode.TooManyRequests)).ShouldBe("periodic_quota_exceeded");
        (await ImageAsync(Stack, asset.Public("w_1600.webp"))).Response.Dispose();
    }

    [Fact]
    public async Task A_width_is_raised_to_the_ladders_next_step_and_the_answer_says_so()
    {
        var asset = await (await Stack.NewSpaceAsync(("width_ladder", "[100, 200, 300]"))).AddAsync();

        var (bytes, snapped) = await ImageAsync(Stack, asset.Public("w_120-h_60.jpg"));
        var (_, same) = await ImageAsync(Stack, asset.Public("w_150-h_75.jpg"));
        var (_, step) = await ImageAsync(Stack, asset.Public("w_200-h_100.jpg"));

        Pictures.Size(bytes).ShouldBe((200, 100, 1));
        (Header(snapped, "X-Width-Snapped"), Header(step, "X-Width-Snapped")).ShouldBe(("200", null));
        (Layer(same), Layer(step)).ShouldBe(("memory", "memory"));
    }

    [Fact]
    public async Task Only_presets_or_signed_urls_may_transform_where_the_policy_says_so()
    {
        var presets = await (await Stack.NewSpaceAsync(("transform_mode", "\"presets_only\""))).AddAsync();
        (await ProblemAsync(Stack, presets.Public("w_10.jpg"), HttpStatusCode.Forbidden)).ShouldBe("policy_forbids");
        (await ImageAsync(Stack, presets.Public("original.jpg"))).Response.Dispose();

        var signed = await (await Stack.NewSpaceAsync(("transform_mode", "\"signed_only\""))).AddAsync();
        (await ProblemAsync(Stack, signed.Public("w_10.jpg"), HttpStatusCode.Forbidden)).ShouldBe("policy_forbids");
        (await ImageAsync(Stack, signed.Signed("w_10.jpg", kind: "pub"))).Response.Dispose();
    }

    [Fact]
    public async Task Other_sites_are_allowed_as_the_policy_says()
    {
        var asset = await (await Stack.NewSpaceAsync(("cors_origins", "[\"https://shop.example\"]"), ("allowed_referrers", "[\"shop.example\"]"))).AddAsync();

        var (_, named) = await ImageAsync(Stack, asset.Public("w_10.jpg"), ("Origin", "https://shop.example"), ("Referer", "https://shop.example/page"));
        var (_, other) = await ImageAsync(Stack, asset.Public("w_10.jpg"), ("Origin", "https://other.example"));
        (Header(named, "Access-Control-Allow-Origin"), Header(named, "Vary")).ShouldBe(("https://shop.example", "Origin"));
        (Header(other, "Access-Control-Allow-Origin"), Header(other, "Vary")).ShouldBe((null, "Origin"));
        (await ProblemAsync(Stack, asset.Public("w_10.jpg"), HttpStatusCode.Forbidden, ("Referer", "https://thief.example/"))).ShouldBe("policy_forbids");
        using var preflight =
            await Stack.SendAsync(HttpMethod.Options, asset.Public("w_10.jpg"), ("Origin", "https://shop.example"), ("Access-Control-Request-Method", "GET"));
        (preflight.StatusCode, Header(preflight, "Access-Control-Allow-Origin")).ShouldBe((HttpStatusCode.NoContent, "https://shop.example"));
    }

    [Theory]
    [InlineData("60", "public, max-age=60, stale-while-revalidate=60")]
    [InlineData("31536000", "public, max-age=31536000, immutable")]
    public async Task A_policys_age_is_told_to_caches(string seconds, string told)
    {
        var asset = await (await Stack.NewSpaceAsync(("cache_max_age_seconds", seconds))).AddAsync();

        Header((await ImageAsync(Stack, asset.Public("w_10.jpg"))).Response, "Cache-Control").ShouldBe(told);
    }

    [Fact]
    public async Task An_organization_over_its_rate_is_told_when_to_come_back_and_another_is_not_touched()
    {
        var limited = await (await Stack.NewSpaceAsync(("rate_limit_requests", "5"))).AddAsync();
        var free = await (await Stack.NewSpaceAsync()).AddAsync();
        var other = await AnotherAsync();
        for (var i = 0; i < 5; i++)
            (await ImageAsync(i % 2 == 0 ? Stack : other, limited.Public("w_10.jpg"))).Response.Dispose();

        foreach (var stack in (GatewayStack[])[Stack, other])
        {
            using var refused = await stack.GetAsync(limited.Public("w_10.jpg"));
            refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (Header(refused, "X-RateLimit-Limit"), Header(refused, "X-RateLimit-Remaining")).ShouldBe(("5", "0"));
            int.Parse(Header(refused, "Retry-After")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(1, 63);
            Header(refused, "X-RateLimit-Reset").ShouldNotBeNull();
        }

        (await ImageAsync(Stack, free.Public("w_10.jpg"))).Response.Dispose();
    }
}
