using System.Net;
using System.Net.Http.Headers;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>The contract's "Image responses", from outside.</summary>
public sealed class ImageResponseTests(RunningStack stack) : AcceptanceTest(stack)
{
    [Fact]
    public async Task A_public_image_carries_every_promised_header()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 101), fields: ("tags", "a,b"));
        var (bytes, response) = await home.ImageAsync(asset, "w_100.webp");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/webp");
        response.Content.Headers.ContentLength.ShouldBe(bytes.Length);
        response.Content.Headers.LastModified.ShouldNotBeNull();
        response.Headers.ETag.ShouldNotBeNull().IsWeak.ShouldBeFalse();
        response.Headers.GetValues("Cache-Control").Single().ShouldBe("public, max-age=31536000, immutable");
        response.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        response.Headers.GetValues("Access-Control-Allow-Origin").Single().ShouldBe("*");
        response.Headers.Contains("Cache-Tag").ShouldBeTrue();
        response.Headers.Contains("Surrogate-Key").ShouldBeTrue();
        response.Headers.Contains("Server-Timing").ShouldBeTrue();
        response.Headers.GetValues("X-Cache").Single().ShouldBe("miss");
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task A_matching_etag_is_304_without_bytes()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 102));
        var (_, first) = await home.ImageAsync(asset, "w_100.jpg");
        var tag = first.Headers.ETag!.Tag;
        foreach (var header in (string[])[tag, $"W/{tag}", $"\"x\", {tag}", "*"])
        {
            using var response = await home.Caller.GetAsync(home.Public(asset, "w_100.jpg"), ("If-None-Match", header)).ShouldBe(HttpStatusCode.NotModified);
            (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
            response.Headers.ETag!.Tag.ShouldBe(tag);
        }

        (await home.Caller.GetAsync(home.Public(asset, "w_100.jpg"), ("If-None-Match", "\"other\"")).ShouldBe(HttpStatusCode.OK)).Dispose();
    }

    [Fact]
    public async Task A_range_is_206_and_one_beyond_the_end_416()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 103));
        var path = home.Public(asset, "w_100.jpg");
        var (whole, first) = await home.ImageAsync(asset, "w_100.jpg");
        using var part = await home.Caller.GetAsync(path, ("Range", "bytes=10-19")).ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync()).ShouldBe(whole[10..20]);
        part.Content.Headers.ContentRange.ShouldBe(new ContentRangeHeaderValue(10, 19, whole.Length));
        using var tail = await home.Caller.GetAsync(path, ("Range", "bytes=-5")).ShouldBe(HttpStatusCode.PartialContent);
        (await tail.Content.ReadAsByteArrayAsync()).ShouldBe(whole[^5..]);
        (await home.Caller.GetAsync(path, ("Range", $"bytes={whole.Length}-")).ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable)).Dispose();
        (await home.Caller.GetAsync(path, ("Range", "bytes=0-1"), ("If-Range", "\"stale\"")).ShouldBe(HttpStatusCode.OK)).Dispose();
        (await home.Caller.GetAsync(path, ("Range", "bytes=0-1"), ("If-Range", first.Headers.ETag!.Tag)).ShouldBe(HttpStatusCode.PartialContent)).Dispose();
    }

    [Fact]
    public async Task Head_answers_like_get_without_a_body()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 150, seed: 104));
        using var head = await home.Caller.SendAsync(HttpMethod.Head, home.Public(asset, "w_90.webp")).ShouldBe(HttpStatusCode.OK);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        var (bytes, get) = await home.ImageAsync(asset, "w_90.webp");
        head.Content.Headers.ContentLength.ShouldBe(bytes.Length);
        head.Headers.ETag.ShouldBe(get.Headers.ETag);
    }

    [Fact]
    public async Task Other_methods_are_refused()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(50, 50, seed: 105));
        (await home.Caller.DeleteAsync(home.Public(asset, "w_10.jpg")).ShouldBe(HttpStatusCode.MethodNotAllowed)).Dispose();
    }

    [Fact]
    public async Task An_image_by_preset_is_cached_for_a_shorter_time_and_changes_with_the_preset()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(400, 300, seed: 106));
        (await home.Caller.PostAsync($"{home.Root}/presets", new { slug = "small_one", name = "Small", operations = "w_100" })
            .ShouldBe(HttpStatusCode.Created)).Dispose();
        var (bytes, response) = await home.ImageAsync(asset, "preset_small_one.jpg");
        Pictures.Size(bytes).Width.ShouldBe(100);
        var cacheControl = response.Headers.GetValues("Cache-Control").Single();
        cacheControl.ShouldContain("max-age=3600");
        cacheControl.ShouldContain("stale-while-revalidate");
        Pictures.Size((await home.ImageAsync(asset, "preset_small_one-w_50.jpg")).Bytes).Width.ShouldBe(50);

        (await home.Caller.PutAsync($"{home.Root}/presets/small_one", new { name = "Small", operations = "w_160" }).ShouldBe(HttpStatusCode.OK)).Dispose();
        await Eventually.HoldsAsync(async () => Pictures.Size((await home.ImageAsync(asset, "preset_small_one.jpg")).Bytes).Width == 160,
            TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task The_nearest_preset_wins()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(400, 300, seed: 107));
        foreach (var (below, width) in ((string, int)[])[("", 100), ("/tenants/site", 120), ("/tenants/site/spaces/open", 140)])
        {
            (await home.Caller.PostAsync($"{home.Root}{below}/presets", new { slug = "level", name = "Level", operations = $"w_{width}" })
                .ShouldBe(HttpStatusCode.Created)).Dispose();
            await Eventually.HoldsAsync(async () => Pictures.Size((await home.ImageAsync(asset, "preset_level.jpg")).Bytes).Width == width,
                TimeSpan.FromSeconds(5));
        }
    }
}
