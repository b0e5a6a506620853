using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>The contract's "Signed URLs", from outside.</summary>
public sealed class SignedUrlTests(RunningStack stack) : AcceptanceTest(stack)
{
    [Fact]
    public async Task A_signed_url_delivers_a_private_image_and_never_outlives_its_signature_in_caches()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 201), "closed");
        ((string)asset["access"]!).ShouldBe("private");
        var signed = await home.SignAsync(home.Private(asset, "w_100.webp"), ttlSeconds: 600);
        using var anonymous = await AnonymousAsync();
        using var response = await anonymous.GetAsync(signed).ShouldBe(HttpStatusCode.OK);
        response.Headers.CacheControl!.Private.ShouldBeTrue();
        response.Headers.CacheControl.MaxAge!.Value.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(600));
    }

    [Fact]
    public async Task A_private_image_is_not_told_of_on_a_public_url_nor_a_public_one_on_a_private_url()
    {
        using var home = await NewHomeAsync();
        var secret = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 202), "closed");
        var open = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 203));
        var hidden = await home.Caller.GetAsync(home.Path("pub", secret, "w_100.jpg", "closed")).ShouldBeProblem(HttpStatusCode.NotFound);
        var missing =
            await home.Caller.GetAsync(home.Path("pub", secret, "w_100.jpg", "closed")
                .Replace((string)secret["id"]!, "01ARZ3NDEKTSV4RRFFQ69G5FAV", StringComparison.Ordinal)).ShouldBeProblem(HttpStatusCode.NotFound);
        hidden["detail"].Text().ShouldBe(missing["detail"].Text());
        var signed = await home.SignAsync(home.Path("priv", open, "w_100.jpg", "open"));
        await home.Caller.GetAsync(signed).ShouldBeProblem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Whatever_is_tampered_with_is_401()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 204), "closed");
        var other = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 205), "closed");
        var signed = await home.SignAsync(home.Private(asset, "w_100.jpg"));
        var query = signed[(signed.IndexOf('?', StringComparison.Ordinal) + 1)..]
            .Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        query.Keys.Order(StringComparer.Ordinal).ShouldBe(["exp", "kid", "sig"]);
        var exp = long.Parse(query["exp"], System.Globalization.CultureInfo.InvariantCulture);
        using var anonymous = await AnonymousAsync();
        foreach (var wrong in (string[])
            [
                home.Private(asset, "w_100.jpg"),
                signed.Replace("w_100", "w_101", StringComparison.Ordinal),
                signed.Replace((string)asset["id"]!, (string)other["id"]!, StringComparison.Ordinal),
                signed.Replace((string)asset["id"]!, ((string)asset["id"]!).ToLowerInvariant(), StringComparison.Ordinal),
                signed.Replace($"exp={exp}", $"exp={exp + 1}", StringComparison.Ordinal),
                signed.Replace($"exp={exp}", $"exp=0{exp}", StringComparison.Ordinal),
                signed.Replace($"exp={exp}", "exp=-1", StringComparison.Ordinal),
                signed.Replace($"kid={query["kid"]}", "kid=nobody", StringComparison.Ordinal),
                signed.Replace($"sig={query["sig"]}", "sig=", StringComparison.Ordinal),
                signed.Replace($"sig={query["sig"]}", $"sig={query["sig"][..^2]}AA", StringComparison.Ordinal),
                $"{signed}&exp={exp}",
                $"{signed}&sig={query["sig"]}",
                signed.Replace("http://localhost", "http://127.0.0.1", StringComparison.Ordinal),
            ])
            await anonymous.GetAsync(wrong).ShouldBeProblem(HttpStatusCode.Unauthorized);
        (await anonymous.GetAsync(signed).ShouldBe(HttpStatusCode.OK)).Dispose();
    }

    [Fact]
    public async Task A_caller_with_the_secret_signs_by_itself_and_rotation_and_revocation_hold()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 206), "closed");
        var path = home.Private(asset, "w_80.jpg");
        var keys = $"{home.Root}/tenants/site/signing-keys";

        var (firstKid, firstSecret) = await RotateAsync(home, keys, graceSeconds: 3600);
        var bySelf = Sign(home, path, firstKid, firstSecret, DateTimeOffset.UtcNow.AddMinutes(5));
        using var anonymous = await AnonymousAsync();
        (await anonymous.GetAsync(bySelf).ShouldBe(HttpStatusCode.OK)).Dispose();
        await anonymous.GetAsync(Sign(home, path, firstKid, firstSecret, DateTimeOffset.UtcNow.AddMinutes(-1))).ShouldBeProblem(HttpStatusCode.Unauthorized);

        var (secondKid, secondSecret) = await RotateAsync(home, keys, graceSeconds: 3600);
        (await anonymous.GetAsync(bySelf).ShouldBe(HttpStatusCode.OK)).Dispose();
        (await anonymous.GetAsync(Sign(home, path, secondKid, secondSecret, DateTimeOffset.UtcNow.AddMinutes(5))).ShouldBe(HttpStatusCode.OK)).Dispose();
        using var list = await home.Caller.GetAsync(keys).ShouldBe(HttpStatusCode.OK);
        var states = (await list.JsonAsync())["items"]!.AsArray()
            .ToDictionary(item => (string)item!["kid"]!, item => (string)item!["state"]!, StringComparer.Ordinal);
        (states[firstKid], states[secondKid]).ShouldBe(("verify_only", "active"));

        (await home.Caller.PostAsync($"{keys}/{firstKid}/revoke", new { })).IsSuccessStatusCode.ShouldBeTrue();
        await Eventually.HoldsAsync(async () => (await anonymous.GetAsync(bySelf)).StatusCode == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Another_tenants_key_signs_nothing_here()
    {
        using var home = await NewHomeAsync();
        using var stranger = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 207), "closed");
        var path = home.Private(asset, "w_80.jpg");
        var (kid, secret) = await RotateAsync(stranger, $"{stranger.Root}/tenants/site/signing-keys", graceSeconds: 0);
        await home.Caller.GetAsync(Sign(home, path, kid, secret, DateTimeOffset.UtcNow.AddMinutes(5))).ShouldBeProblem(HttpStatusCode.Unauthorized);
        using var refused = await stranger.Caller.PostAsync("/v1/sign", new { url = path });
        refused.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_time_to_live_follows_the_policy()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(60, 60, seed: 208), "closed");
        using var standard = await home.Caller.PostAsync("/v1/sign", new { url = home.Private(asset, "w_10.jpg") }).ShouldBe(HttpStatusCode.OK);
        ((int)(await standard.JsonAsync())["expiresIn"]!).ShouldBe(3600);
        using var tooLong = await home.Caller.PostAsync("/v1/sign", new { url = home.Private(asset, "w_10.jpg"), ttlSeconds = 86401 });
        tooLong.StatusCode.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.BadRequest);
    }

    private static async Task<(string Kid, byte[] Secret)> RotateAsync(Home home, string keys, int graceSeconds)
    {
        using var response = await home.Caller.PostAsync($"{keys}/rotate", new { graceSeconds }).ShouldBe(HttpStatusCode.Created);
        var key = await response.JsonAsync();
        return (key["kid"].Text(), Base64Url.DecodeFromChars(key["secret"].Text()));
    }

    private static string Sign(Home home, string path, string kid, byte[] secret, DateTimeOffset expires)
    {
        var exp = expires.ToUnixTimeSeconds();
        var text = $"GET\n{path}\n{exp}\n{home.Caller.Api.Host}\n{home.TenantId}";
        var sig = Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)));
        return $"{path}?sig={sig}&exp={exp}&kid={kid}";
    }
}
