using System.Diagnostics;
using System.Text.Json.Nodes;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>
/// Nobody learns which organizations, tenants and spaces exist: strangers get one answer for names that are there and for names that are not.
/// </summary>
public sealed class UntoldPlacesTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Theory]
    [InlineData("GET", "priv", "w_10.jpg", "")]
    [InlineData("GET", "priv", "w_10.jpg", "?sig=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&exp=4102444800&kid=key_1")]
    [InlineData("GET", "priv", "nonsense_1.jpg", "")]
    [InlineData("GET", "priv", "w_10.exe", "?sig=")]
    [InlineData("HEAD", "priv", "w_10.jpg", "")]
    [InlineData("GET", "pub", "w_10.jpg", "")]
    [InlineData("GET", "pub", "preset_nothing.jpg", "")]
    [InlineData("GET", "pub", "nonsense_1.jpg", "")]
    [InlineData("GET", "pub", "w_99999.jpg", "")]
    [InlineData("OPTIONS", "pub", "w_10.jpg", "")]
    [InlineData("OPTIONS", "priv", "w_10.jpg", "")]
    [InlineData("POST", "priv", "w_10.jpg", "")]
    public async Task Names_that_exist_and_names_that_do_not_are_answered_alike_and_not_sooner(string method, string kind, string file, string query)
    {
        var asset = await (await Stack.NewSpaceAsync(
            ("cors_origins", "[\"https://shop.example\"]"), ("allowed_referrers", "[\"shop.example\"]"), ("quota_requests_per_month", "1"),
            ("transform_mode", "\"presets_only\""))).AddAsync(AssetAccess.Private);
        var there = asset.Path(kind, file) + query;
        string[] others =
        [
            there.Replace(asset.Space.Organization, "nobody", StringComparison.Ordinal), there.Replace("/website/", "/nothing/", StringComparison.Ordinal),
            there.Replace("/marketing/", "/nowhere/", StringComparison.Ordinal),
            there.Replace(asset.Id.ToString(), "01ARZ3NDEKTSV4RRFFQ69G5FAV", StringComparison.Ordinal),
        ];
        var told = await AskAsync(method, there);
        foreach (var other in others)
            (await AskAsync(method, other)).ShouldBe(told, other);
    }

    private async Task<string> AskAsync(string method, string path)
    {
        var asked = Stopwatch.StartNew();
        using var response =
            await Stack.SendAsync(new HttpMethod(method), path, ("Origin", "https://evil.example"), ("Referer", "https://evil.example/"),
                ("Access-Control-Request-Method", "GET"));
        var body = await response.Content.ReadAsStringAsync(Ct);
        if (method is "GET" or "HEAD" && (int)response.StatusCode is 401 or 404)
            asked.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(45));
        if (body.Length > 0)
        {
            var problem = JsonNode.Parse(body)!.AsObject();
            problem.Remove("traceId").ShouldBeTrue();
            body = problem.ToJsonString();
        }

        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Content-Length")).OrderBy(header => header.Key, StringComparer.Ordinal);
        return $"{(int)response.StatusCode}\n{string.Join('\n', headers.Select(header => $"{header.Key}: {string.Join(", ", header.Value)}"))}\n{body}";
    }
}
