using System.Net;
using System.Text.Json;
using ImageService.Api.Gateway;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class SignedImageTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    protected override Dictionary<string, string?> Settings => new() { ["Signing:CountFlushInterval"] = "00:00:00.1" };

    [Fact]
    public async Task A_private_image_needs_its_signature_and_never_outlives_it_in_caches()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync(AssetAccess.Private);

        var (_, response) = await ImageAsync(Stack, asset.Signed("w_50.jpg", DateTimeOffset.UtcNow.AddSeconds(100)));
        using var head = await Stack.SendAsync(HttpMethod.Head, asset.Signed("w_50.jpg"));

        response.Headers.CacheControl!.Private.ShouldBeTrue();
        response.Headers.CacheControl.MaxAge!.Value.ShouldBeInRange(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(100));
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ProblemAsync(Stack, asset.Path("priv", "w_50.jpg"), HttpStatusCode.Unauthorized)).ShouldBe("invalid_signature");
        (await ProblemAsync(Stack, asset.Signed("w_50.jpg", DateTimeOffset.UtcNow.AddSeconds(-1)), HttpStatusCode.Unauthorized)).ShouldBe("signature_expired");
    }

    [Fact]
    public async Task Each_kind_of_url_reaches_its_own_kind_of_asset_only()
    {
        var space = await Stack.NewSpaceAsync();
        var (secret, open) = (await space.AddAsync(AssetAccess.Private), await space.AddAsync());

        (await ProblemAsync(Stack, secret.Public("w_50.jpg"), HttpStatusCode.NotFound)).ShouldBe("not_found");
        (await ProblemAsync(Stack, open.Signed("w_50.jpg"), HttpStatusCode.NotFound)).ShouldBe("not_found");
        Stack.Transforms.ShouldBe(0);
    }

    [Fact]
    public async Task Whatever_is_tampered_with_is_401()
    {
        var space = await Stack.NewSpaceAsync();
        var (asset, other) = (await space.AddAsync(AssetAccess.Private), await space.AddAsync(AssetAccess.Private));
        var stranger = await Stack.NewSpaceAsync();
        var signed = asset.Signed("w_50.jpg");
        var (path, query) = (signed[..signed.IndexOf('?', StringComparison.Ordinal)], signed[signed.IndexOf('?', StringComparison.Ordinal)..]);
        var (sig, exp) = (query[5..48], query.Split("exp=")[1].Split('&')[0]);
        foreach (var wrong in (string[])
            [
                path,
                path + "?" + query[1..].Replace("sig=", "Sig=", StringComparison.Ordinal),
                signed.Replace("w_50", "w_51", StringComparison.Ordinal),
                signed.Replace("w_50.jpg", "w_50.webp", StringComparison.Ordinal),
                signed.Replace("w_50", "w%5f50", StringComparison.Ordinal),
                signed.Replace("w_50", "%77_50", StringComparison.Ordinal),
                signed.Replace(asset.Id.ToString(), other.Id.ToString(), StringComparison.Ordinal),
                signed.Replace(asset.Id.ToString(), asset.Id.ToString().ToLowerInvariant(), StringComparison.Ordinal),
                signed.Replace("/v1/w_", "/v2/w_", StringComparison.Ordinal),
                signed.Replace($"exp={exp}", $"exp={long.Parse(exp, System.Globalization.CultureInfo.InvariantCulture) + 1}", StringComparison.Ordinal),
                signed.Replace($"exp={exp}", $"exp=0{exp}", StringComparison.Ordinal),
                signed.Replace($"exp={exp}", $"exp=%2B{exp}", StringComparison.Ordinal),
                signed.Replace($"sig={sig}", "sig=", StringComparison.Ordinal),
                signed.Replace($"sig={sig}", $"sig={sig.ToUpperInvariant()}", StringComparison.Ordinal),
                signed.Replace($"sig={sig}", $"sig={sig}=", StringComparison.Ordinal),
                signed.Replace(space.Kid, stranger.Kid, StringComparison.Ordinal),
                signed.Replace(space.Kid, "key_unknown", StringComparison.Ordinal),
                $"{signed}&exp={exp}",
                $"{signed}&sig={sig}",
                $"{signed}&kid={space.Kid}",
                asset.Signed("w_50.jpg", host: "images.example.com"),
                ImageUrlBuilder.SignedPath(stranger.Secret, stranger.Kid,
                    new SignedRequest(path, long.Parse(exp, System.Globalization.CultureInfo.InvariantCulture), "localhost", space.TenantId)),
            ])
        {
            using var response = await Stack.GetAsync(wrong);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, wrong);
        }

        using var forged = await Stack.GetAsync(asset.Signed("w_50.jpg", host: "images.example.com"), ("X-Forwarded-Host", "images.example.com"));
        forged.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "loopback is no trusted proxy");
        (await ImageAsync(Stack, signed + "&utm_source=x")).Response.Dispose();
        (await ImageAsync(Stack, signed)).Response.Dispose();
    }

    [Fact]
    public async Task A_trusted_proxys_host_is_the_one_that_was_signed_for()
    {
        var proxied =
            await AnotherAsync(new Dictionary<string, string?>(Settings, StringComparer.Ordinal)
            {
                ["Api:TrustedProxies:0"] = "127.0.0.1",
                ["Api:TrustedProxies:1"] = "::1"
            });
        var asset = await (await proxied.NewSpaceAsync()).AddAsync(AssetAccess.Private);

        (await ImageAsync(proxied, asset.Signed("w_50.jpg", host: "images.example.com"), ("X-Forwarded-Host", "Images.Example.com:8443"),
            ("X-Forwarded-For", "203.0.113.9"))).Response.Dispose();
    }

    [Fact]
    public async Task Verified_requests_are_counted_per_key()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(AssetAccess.Private);
        for (var i = 0; i < 3; i++)
            (await ImageAsync(Stack, asset.Signed("w_50.jpg"))).Response.Dispose();

        await Probe.UntilAsync(
            async () =>
            {
                await using var db = space.Db();
                return await db.SigningKeys.Where(key => key.Kid == space.Kid).Select(key => key.VerifiedRequests).SingleAsync(Ct) == 3;
            },
            "three requests are counted");
    }

    [Fact]
    public async Task In_report_mode_images_are_served_and_what_would_be_refused_is_listed()
    {
        var space = await Stack.NewSpaceAsync(("signing_mode", "\"report\""));
        var asset = await space.AddAsync(AssetAccess.Private);

        var (_, unsigned) = await ImageAsync(Stack, asset.Path("priv", "w_50.jpg"));
        (await ImageAsync(Stack, asset.Signed("w_50.jpg", DateTimeOffset.UtcNow.AddMinutes(-1)))).Response.Dispose();
        (await ImageAsync(Stack, asset.Signed("w_50.jpg"))).Response.Dispose();

        unsigned.Headers.CacheControl!.Private.ShouldBeTrue();
        var reports = Stack.Services.GetRequiredService<SignatureReports>();
        await Probe.UntilAsync(async () => (await reports.ReadAsync(space.SpaceId, Ct))?.Count == 2, "two are reported");
        var report = (await reports.ReadAsync(space.SpaceId, Ct))!;
        report.Items.Select(item => item.Reason.ToString()).ShouldBe(["SignatureExpired", "InvalidSignature"]);
        report.Items.ShouldAllBe(item => item.Path == asset.Path("priv", "w_50.jpg"));
        report.Items.Select(item => item.Kid).ShouldBe([space.Kid, null]);
        report.Refused.ShouldBe(0);
        JsonSerializer.Serialize(report).ShouldNotContain("sig=");
    }

    [Fact]
    public async Task What_is_refused_for_its_signature_is_listed_with_the_key_it_named()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(AssetAccess.Private);
        foreach (var path in new[] { asset.Path("priv", "w_50.jpg"), asset.Signed("w_50.jpg", DateTimeOffset.UtcNow.AddMinutes(-1)) })
        {
            using var refused = await Stack.GetAsync(path);
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        var reports = Stack.Services.GetRequiredService<SignatureReports>();
        await Probe.UntilAsync(async () => (await reports.ReadAsync(space.SpaceId, Ct))?.Refused == 2, "two are noted");
        var report = (await reports.ReadAsync(space.SpaceId, Ct))!;
        report.RefusedItems.Select(item => (item.Reason.ToString(), item.Kid)).ShouldBe([("SignatureExpired", space.Kid), ("InvalidSignature", null)]);
        report.Count.ShouldBe(0);
        JsonSerializer.Serialize(report).ShouldNotContain("sig=");
        (await reports.CountAsync([Guid.CreateVersion7(), space.SpaceId], Ct)).ShouldBe([(0, 0), (0, 2)]);
    }

    [Fact]
    public async Task With_signing_off_a_private_image_needs_no_signature_and_is_still_for_the_browser_alone()
    {
        var asset = await (await Stack.NewSpaceAsync(("signing_mode", "\"off\""))).AddAsync(AssetAccess.Private);

        var (_, response) = await ImageAsync(Stack, asset.Path("priv", "w_50.jpg"));

        response.Headers.CacheControl!.Private.ShouldBeTrue();
    }
}
