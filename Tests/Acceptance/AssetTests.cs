using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>The contract's "Uploads and assets", from outside.</summary>
public sealed class AssetTests(RunningStack stack) : AcceptanceTest(stack)
{
    [Fact]
    public async Task An_upload_tells_everything_about_the_asset()
    {
        using var home = await NewHomeAsync();
        var bytes = Pictures.Jpeg(320, 200, seed: 301);
        var asset = await home.UploadAsync(bytes, filename: "shoes.jpg", fields: [("folder", "/products"), ("tags", "red, summer")]);
        ((int)asset["version"]!).ShouldBe(1);
        asset["tenant"].Text().ShouldBe("site");
        asset["space"].Text().ShouldBe("open");
        asset["folder"].Text().ShouldBe("/products");
        asset["tags"]!.AsArray().Select(tag => (string)tag!).ShouldBe(["red", "summer"], ignoreOrder: true);
        asset["access"].Text().ShouldBe("public");
        asset["filename"].Text().ShouldBe("shoes.jpg");
        asset["format"].Text().ShouldBe("jpg");
        ((int)asset["width"]!, (int)asset["height"]!, (int)asset["frames"]!, (bool)asset["hasAlpha"]!).ShouldBe((320, 200, 1, false));
        ((long)asset["sizeBytes"]!).ShouldBe(bytes.Length);
        asset["contentHash"].Text().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        ((bool)asset["deduplicated"]!).ShouldBeFalse();
        (await home.Caller.GetAsync(asset["urls"]!["original"].Text()).ShouldBe(HttpStatusCode.OK)).Dispose();
    }

    [Fact]
    public async Task The_same_bytes_in_a_space_are_one_asset()
    {
        using var home = await NewHomeAsync();
        var bytes = Pictures.Jpeg(100, 100, seed: 302);
        var first = await home.UploadAsync(bytes);
        using var again = await home.Caller.UploadAsync(bytes, "site", "open").ShouldBe(HttpStatusCode.OK);
        var second = await again.JsonAsync();
        second["id"].Text().ShouldBe(first["id"].Text());
        ((bool)second["deduplicated"]!).ShouldBeTrue();
        var elsewhere = await home.UploadAsync(bytes, "closed");
        elsewhere["id"].Text().ShouldNotBe(first["id"].Text());
    }

    [Fact]
    public async Task What_is_no_image_is_415_what_is_broken_422_and_what_is_too_large_413()
    {
        using var home = await NewHomeAsync();
        await home.Caller.UploadAsync("<html><script>alert(1)</script></html>"u8.ToArray(), "site", "open", "page.jpg")
            .ShouldBeProblem(HttpStatusCode.UnsupportedMediaType);
        await home.Caller.UploadAsync("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>"u8.ToArray(), "site", "open", "a.svg")
            .ShouldBeProblem(HttpStatusCode.UnsupportedMediaType);
        var whole = Pictures.Jpeg(400, 300, seed: 303);
        await home.Caller.UploadAsync(whole[..(whole.Length / 2)], "site", "open").ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        await home.SetPolicyAsync("max_upload_bytes", 1000);
        await home.Caller.UploadAsync(whole, "site", "open").ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Pixels_beyond_the_limit_are_422()
    {
        using var home = await NewHomeAsync();
        await home.SetPolicyAsync("max_input_pixels", 10_000);
        await home.Caller.UploadAsync(Pictures.Jpeg(200, 100, seed: 304), "site", "open").ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task An_asset_is_found_changed_deleted_and_restored()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(300, 200, seed: 305), filename: "mountain-lake.jpg", fields: ("folder", "/trips/2026"));
        await home.UploadAsync(Pictures.Jpeg(300, 200, seed: 306), filename: "other.jpg");
        var id = asset["id"].Text();
        var list = "/v1/assets?tenant=site&space=open";
        (await IdsAsync(home, $"{list}&folder=/trips/2026")).ShouldBe([id]);
        (await IdsAsync(home, $"{list}&q=mountain")).ShouldBe([id]);

        using var changed =
            await home.Caller.PatchAsync($"/v1/assets/{id}", new { tags = (string[])["lake"], filename = "lake.jpg", focalPoint = new { x = 0.25, y = 0.75 } })
                .ShouldBe(HttpStatusCode.OK);
        (await changed.JsonAsync())["filename"].Text().ShouldBe("lake.jpg");
        (await IdsAsync(home, $"{list}&tag=lake")).ShouldBe([id]);

        (await home.Caller.GetAsync(home.Public(asset, "w_50.jpg")).ShouldBe(HttpStatusCode.OK)).Dispose();
        (await home.Caller.DeleteAsync($"/v1/assets/{id}")).IsSuccessStatusCode.ShouldBeTrue();
        await Eventually.HoldsAsync(async () => (await home.Caller.GetAsync(home.Public(asset, "w_50.jpg"))).StatusCode == HttpStatusCode.NotFound,
            TimeSpan.FromSeconds(5));
        (await IdsAsync(home, $"{list}&tag=lake")).ShouldBeEmpty();
        (await IdsAsync(home, $"{list}&tag=lake&deleted=true")).ShouldBe([id]);

        (await home.Caller.PostAsync($"/v1/assets/{id}/restore", new { })).IsSuccessStatusCode.ShouldBeTrue();
        await Eventually.HoldsAsync(async () => (await home.Caller.GetAsync(home.Public(asset, "w_50.jpg"))).StatusCode == HttpStatusCode.OK,
            TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_new_version_has_its_own_url_and_the_old_one_stays()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(300, 200, seed: 307));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Pictures.Jpeg(500, 500, seed: 308)), "file", "new.jpg" } };
        using var replaced = await home.Caller.SendAsync(HttpMethod.Put, $"/v1/assets/{asset["id"].Text()}/content", form).ShouldBe(HttpStatusCode.OK);
        ((int)(await replaced.JsonAsync())["version"]!).ShouldBe(2);
        foreach (var (version, size) in ((int, (int, int, int))[])[(1, (300, 200, 1)), (2, (500, 500, 1))])
        {
            using var response = await home.Caller.GetAsync(home.Public(asset, "original.jpg", version)).ShouldBe(HttpStatusCode.OK);
            Pictures.Size(await response.Content.ReadAsByteArrayAsync()).ShouldBe(size);
        }

        using var versions = await home.Caller.GetAsync($"/v1/assets/{asset["id"].Text()}/versions").ShouldBe(HttpStatusCode.OK);
        (await versions.JsonAsync())["items"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Variants_are_listed_with_their_urls()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(300, 200, seed: 309));
        await home.ImageAsync(asset, "w_33.webp");
        using var response = await home.Caller.GetAsync($"/v1/assets/{asset["id"].Text()}/variants").ShouldBe(HttpStatusCode.OK);
        var variant = (await response.JsonAsync())["items"]!.AsArray()
            .Single(item => ((string)item!["operations"]!).Contains("w_33", StringComparison.Ordinal))!;
        (variant["format"].Text(), (int)variant["width"]!, (int)variant["height"]!).ShouldBe(("webp", 33, 22));
        (await home.Caller.GetAsync(variant["url"].Text()).ShouldBe(HttpStatusCode.OK)).Dispose();
    }

    [Fact]
    public async Task A_preset_that_generates_by_itself_makes_variants_after_the_upload()
    {
        using var home = await NewHomeAsync();
        (await home.Caller.PostAsync($"{home.Root}/presets", new { slug = "eager", name = "Eager", operations = "w_44-fmt_webp", autoGenerate = true })
            .ShouldBe(HttpStatusCode.Created)).Dispose();
        var asset = await home.UploadAsync(Pictures.Jpeg(300, 200, seed: 310));
        await Eventually.HoldsAsync(
            async () =>
            {
                using var response = await home.Caller.GetAsync($"/v1/assets/{asset["id"].Text()}/variants");
                return (await response.JsonAsync())["items"]!.AsArray().Any(item => ((string)item!["operations"]!).Contains("w_44", StringComparison.Ordinal));
            },
            TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Under_prewarm_one_step_of_a_ladder_brings_the_others_as_far_as_picture_and_budget_go()
    {
        using var home = await NewHomeAsync();
        await home.SetPolicyAsync("width_ladder", new[] { 40, 60, 80, 100, 120, 400 });
        await home.SetPolicyAsync("variant_budget", 4);
        var quiet = await home.UploadAsync(Pictures.Jpeg(300, 200, seed: 312));
        await home.ImageAsync(quiet, "w_80-h_40.webp");

        await home.SetPolicyAsync("prewarm", true);
        var asset = await home.UploadAsync(Pictures.Jpeg(110, 90, seed: 313));
        var (_, first) = await home.ImageAsync(asset, "w_80-h_40.webp");
        first.Headers.GetValues("X-Cache").ShouldBe(["miss"]);
        await Eventually.HoldsAsync(async () => (await SizesAsync(asset)).SequenceEqual([(40, 20), (60, 30), (80, 40), (100, 50)]), TimeSpan.FromSeconds(30));
        var (_, sibling) = await home.ImageAsync(asset, "w_60-h_30.webp");
        sibling.Headers.GetValues("X-Cache").ShouldNotContain("miss");
        (await SizesAsync(quiet)).ShouldBe([(80, 40)]);

        async Task<List<(int Width, int Height)>> SizesAsync(JsonObject of)
        {
            using var response = await home.Caller.GetAsync($"/v1/assets/{of["id"].Text()}/variants").ShouldBe(HttpStatusCode.OK);
            return [.. (await response.JsonAsync())["items"]!.AsArray().Select(item => ((int)item!["width"]!, (int)item["height"]!)).Order()];
        }
    }

    [Fact]
    public async Task Fetching_from_private_addresses_is_refused()
    {
        using var home = await NewHomeAsync();
        foreach (var url in (string[])["http://127.0.0.1/a.jpg", "http://[::ffff:10.0.0.1]/a.jpg", "http://169.254.169.254/latest", "file:///etc/passwd",
            "http://localhost:5432/"])
        {
            using var response = await home.Caller.PostAsync("/v1/assets/fetch", new { url, tenant = "site", space = "open" });
            ((int)response.StatusCode).ShouldBeInRange(400, 422, url);
        }
    }

    [Fact]
    public async Task A_resumable_upload_becomes_an_asset()
    {
        using var home = await NewHomeAsync();
        var bytes = Pictures.Jpeg(640, 480, seed: 311);
        string Meta(string key, string value) => $"{key} {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value))}";
        var metadata = string.Join(',', Meta("filename", "tus.jpg"), Meta("tenant", "site"), Meta("space", "open"));
        using var created = await home.Caller.SendAsync(
            HttpMethod.Post, "/v1/uploads", null,
            ("Tus-Resumable", "1.0.0"), ("Upload-Length", bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("Upload-Metadata", metadata)).ShouldBe(HttpStatusCode.Created);
        var location = created.Headers.Location!.ToString();
        var half = bytes.Length / 2;
        using var first = await PatchAsync(home, location, 0, bytes[..half]).ShouldBe(HttpStatusCode.NoContent);
        using var head = await home.Caller.SendAsync(HttpMethod.Head, location, null, ("Tus-Resumable", "1.0.0")).ShouldBe(HttpStatusCode.OK);
        head.Headers.GetValues("Upload-Offset").Single().ShouldBe(half.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var last = await PatchAsync(home, location, half, bytes[half..]).ShouldBe(HttpStatusCode.NoContent);
        var id = last.Headers.GetValues("X-Asset-Id").Single();
        using var asset = await home.Caller.GetAsync($"/v1/assets/{id}").ShouldBe(HttpStatusCode.OK);
        (await asset.JsonAsync())["contentHash"].Text().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static async Task<HttpResponseMessage> PatchAsync(Home home, string location, int offset, byte[] part)
    {
        using var content = new ByteArrayContent(part);
        content.Headers.ContentType = new("application/offset+octet-stream");
        return await home.Caller.SendAsync(HttpMethod.Patch, location, content, ("Tus-Resumable", "1.0.0"),
            ("Upload-Offset", offset.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<string[]> IdsAsync(Home home, string path)
    {
        using var response = await home.Caller.GetAsync(path).ShouldBe(HttpStatusCode.OK);
        return [.. (await response.JsonAsync())["items"]!.AsArray().Select(item => (string)item!["id"]!)];
    }
}
