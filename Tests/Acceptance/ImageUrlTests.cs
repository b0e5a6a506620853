using System.Net;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>The contract's "Image URLs", from outside.</summary>
public sealed class ImageUrlTests(RunningStack stack) : AcceptanceTest(stack)
{
    [Theory]
    [InlineData("w_400.jpg", 400, 300)]
    [InlineData("h_150.jpg", 200, 150)]
    [InlineData("w_200-h_200.jpg", 200, 200)]
    [InlineData("w_200-h_200-f_inside.jpg", 200, 150)]
    [InlineData("w_200-h_200-f_outside.jpg", 267, 200)]
    [InlineData("w_200-h_200-f_fill.jpg", 200, 200)]
    [InlineData("w_200-h_200-f_contain.jpg", 200, 200)]
    [InlineData("w_2000-h_1000-f_pad.jpg", 2000, 1000)]
    [InlineData("w_300.9.jpg", 300, 225)]
    [InlineData("w_2000.jpg", 800, 600)]
    [InlineData("w_1600-h_800.jpg", 800, 400)]
    [InlineData("w_300-r_90.jpg", 300, 400)]
    [InlineData("original.jpg", 800, 600)]
    public async Task Sizes_are_those_of_the_contract(string name, int width, int height)
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(800, 600, seed: 1));
        var (bytes, _) = await home.ImageAsync(asset, name);
        var size = Pictures.Size(bytes);
        size.Width.ShouldBeInRange(width - 1, width + 1);
        size.Height.ShouldBeInRange(height - 1, height + 1);
    }

    [Fact]
    public async Task A_square_original_never_grows_beyond_its_pixels()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(800, 800, seed: 2));
        var (bytes, _) = await home.ImageAsync(asset, "w_2000-h_1000.jpg");
        Pictures.Size(bytes).ShouldBe((800, 400, 1));
    }

    [Theory]
    [InlineData("jpg", "image/jpeg")]
    [InlineData("jpeg", "image/jpeg")]
    [InlineData("png", "image/png")]
    [InlineData("webp", "image/webp")]
    [InlineData("avif", "image/avif")]
    [InlineData("gif", "image/gif")]
    public async Task Every_extension_delivers_its_format(string extension, string mediaType)
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(640, 480, seed: 3));
        var (bytes, response) = await home.ImageAsync(asset, $"w_320.{extension}");
        response.Content.Headers.ContentType!.MediaType.ShouldBe(mediaType);
        response.Content.Headers.ContentLength.ShouldBe(bytes.Length);
        Pictures.Size(bytes).ShouldBe((320, 240, 1));
    }

    [Theory]
    [InlineData("w_0.jpg")]
    [InlineData("w_8193.jpg")]
    [InlineData("w_-5.jpg")]
    [InlineData("w_1e3.jpg")]
    [InlineData("w_100-w_200.jpg")]
    [InlineData("W_100.jpg")]
    [InlineData("wobble_3.jpg")]
    [InlineData("f_stretch.jpg")]
    [InlineData("b_12345.jpg")]
    [InlineData("r_45.jpg")]
    [InlineData("sharpen_11.jpg")]
    [InlineData("blur_0.1.jpg")]
    [InlineData("w_100.bmp")]
    [InlineData("original-w_100.jpg")]
    [InlineData("bw_true.jpg")]
    public async Task Unreadable_operations_are_400_and_say_what_would_be_accepted(string name)
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(64, 48, seed: 4));
        await home.Caller.GetAsync(home.Public(asset, name)).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Malformed_and_unknown_ids_and_versions_are_404()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(64, 48, seed: 5));
        var path = home.Public(asset, "w_10.jpg");
        var id = (string)asset["id"]!;
        foreach (var wrong in (string[])
            [
                path.Replace(id, "nonsense", StringComparison.Ordinal),
                path.Replace(id, "01ARZ3NDEKTSV4RRFFQ69G5FAV", StringComparison.Ordinal),
                path.Replace("/v1/w", "/v2/w", StringComparison.Ordinal),
                path.Replace("/v1/w", "/v0/w", StringComparison.Ordinal),
                path.Replace("/v1/w", "/vx/w", StringComparison.Ordinal),
                path.Replace("/site/", "/elsewhere/", StringComparison.Ordinal),
                path.Replace("w_10", "preset_unknown", StringComparison.Ordinal),
            ])
            await home.Caller.GetAsync(wrong).ShouldBeProblem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_id_is_read_in_any_case()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(64, 48, seed: 6));
        var id = (string)asset["id"]!;
        id.ShouldBe(id.ToUpperInvariant());
        id.Length.ShouldBe(26);
        await home.Caller.GetAsync(home.Public(asset, "w_10.jpg").Replace(id, id.ToLowerInvariant(), StringComparison.Ordinal)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Urls_that_mean_the_same_share_one_variant()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(400, 300, seed: 7));
        var (_, first) = await home.ImageAsync(asset, "w_100-h_80.jpg");
        string[] same = ["h_80-w_100.jpg", "w_100-h_80-f_cover.jpg", "w_100.7-h_80-q_78.jpeg", "fmt_jpg-w_100-h_80-g_center.png", "w_100-h_80-b_fff.jpg"];
        foreach (var name in same)
        {
            var (_, again) = await home.ImageAsync(asset, name);
            again.Headers.ETag.ShouldBe(first.Headers.ETag, name);
            Cache(again).ShouldNotBe("miss", name);
        }
    }

    [Fact]
    public async Task The_first_request_transforms_and_the_second_is_a_hit()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(400, 300, seed: 8));
        Cache((await home.ImageAsync(asset, "w_123.webp")).Response).ShouldBe("miss");
        Cache((await home.ImageAsync(asset, "w_123.webp")).Response).ShouldBe("memory");
    }

    [Fact]
    public async Task Orientation_is_applied_and_metadata_removed()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.OrientedJpeg(80, 40, seed: 9, orientation: 6));
        ((int)asset["width"]!, (int)asset["height"]!).ShouldBe((40, 80));
        var (bytes, _) = await home.ImageAsync(asset, "w_20.jpg");
        Pictures.Size(bytes).ShouldBe((20, 40, 1));
        bytes.AsSpan().IndexOf("Exif"u8).ShouldBe(-1);
    }

    [Fact]
    public async Task Transparency_is_kept_where_the_format_can_and_white_where_it_cannot()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.TransparentPng(200, 100, seed: 10), filename: "shape.png");
        ((bool)asset["hasAlpha"]!).ShouldBeTrue();
        Pictures.Pixel((await home.ImageAsync(asset, "w_100.png")).Bytes, 5, 25).Alpha.ShouldBe((byte)0);
        var flat = Pictures.Pixel((await home.ImageAsync(asset, "w_100.jpg")).Bytes, 5, 25);
        (flat.Red > 250 && flat.Green > 250 && flat.Blue > 250).ShouldBeTrue(flat.ToString());
        var red = Pictures.Pixel((await home.ImageAsync(asset, "w_100-b_f00.png")).Bytes, 5, 25);
        ((int)red.Red, (int)red.Green, (int)red.Blue, (int)red.Alpha).ShouldBe((255, 0, 0, 255));
    }

    [Theory]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8", "image/avif image/webp")]
    [InlineData("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "image/avif image/webp")]
    [InlineData("image/webp,image/*;q=0.8", "image/webp")]
    [InlineData("image/avif;q=0,image/webp", "image/webp")]
    [InlineData("image/png,image/*;q=0.8,*/*;q=0.5", "image/jpeg")]
    [InlineData("*/*", "image/jpeg")]
    public async Task Auto_format_follows_accept_and_says_so(string accept, string mediaType)
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(120, 90, seed: 11));
        foreach (var name in (string[])["w_60-fmt_auto.jpg", "w_60-f_auto.jpg"])
        {
            var (_, response) = await home.ImageAsync(asset, name, ("Accept", accept));
            // Where several will do, the smaller one once the picture was measured.
            mediaType.Split(' ').ShouldContain(response.Content.Headers.ContentType!.MediaType);
            response.Headers.Vary.ShouldContain("Accept");
        }

        (await home.ImageAsync(asset, "w_60.jpg", ("Accept", accept))).Response.Headers.Vary.ShouldNotContain("Accept");
    }

    [Fact]
    public async Task Unknown_query_parameters_change_nothing()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(120, 90, seed: 12));
        var (_, first) = await home.ImageAsync(asset, "w_60.jpg");
        var (_, second) = await home.ImageAsync(asset, "w_60.jpg?utm_source=mail");
        second.Headers.ETag.ShouldBe(first.Headers.ETag);
        Cache(second).ShouldBe("memory");
    }

    private static string Cache(HttpResponseMessage response) => response.Headers.GetValues("X-Cache").Single();
}
