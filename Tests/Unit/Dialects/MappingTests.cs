using ImageService.Core.Dialects;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Dialects;

/// <summary>What old URLs mean here, by examples of each service's own documentation.</summary>
[Trait("Level", "Unit")]
public sealed class MappingTests
{
    private static readonly SourceFacts Photo = new()
    {
        Width = 4000,
        Height = 3000,
        HasAlpha = false,
        Frames = 1,
        ContentHash = new string('0', 64),
        FocalX = null,
        FocalY = null,
        Format = ImageFormat.Jpg,
    };

    [Theory]
    [InlineData(UrlDialect.Next, "/_next/image?url=%2Fphotos%2Fa.jpg&w=640&q=75", "photos/a.jpg", "fmt_auto-w_640-f_inside-q_75")]
    [InlineData(UrlDialect.Next, "/shop/_next/image?url=https%3A%2F%2Fcdn.example.com%2Fa.jpg&w=1080&q=50&dpl=abc", "https://cdn.example.com/a.jpg",
        "fmt_auto-w_1080-f_inside-q_50")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/300x200/smart/photos/a.jpg", "photos/a.jpg", "w_300-h_200-g_smart-q_80")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/fit-in/300x200/left/top/filters:fill(red):format(webp)/photos/a.jpg", "photos/a.jpg",
        "fmt_webp-w_300-h_200-f_pad-g_northwest-b_ff0000-q_80")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/-300x/filters:rotate(90):quality(40)/a.jpg", "a.jpg", "w_300-q_40-r_270-flip")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/adaptive-fit-in/200x400/a.jpg", "a.jpg", "w_400-h_200-f_inside-q_80")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/10x20:310x220/filters:focal(1000x0:3000x3000):brightness(20)/a.jpg", "a.jpg",
        "g_focal-q_80-fx_0.5-fy_0.5-crop_10,20,300,200-bri_120")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/http://example.com/deep/a.jpg", "http://example.com/deep/a.jpg", "original")]
    [InlineData(UrlDialect.Imgproxy, "/_/rs:fill:300:400:0/g:sm/plain/local:///a.jpg@png", "local:///a.jpg", "fmt_png-w_300-h_400-f_cover-g_smart-q_80")]
    [InlineData(UrlDialect.Imgproxy, "/_/w:300/h:200/plain/http%3A%2F%2Fexample.com%2Fa.jpg@webp", "http://example.com/a.jpg",
        "fmt_webp-w_300-h_200-f_inside-q_79")]
    [InlineData(UrlDialect.Imgproxy, "/_/rt:auto/s:300:200/g:fp:0.2:0.7/q:50/plain/a.jpg", "a.jpg", "w_300-h_200-f_cover-g_focal-q_50-fx_0.2-fy_0.7")]
    [InlineData(UrlDialect.Imgproxy, "/_/rs:fit:300:200:1:1/bg:255:0:0/pd:10:20/fq:avif:30:jpg:33/plain/a.jpg", "a.jpg",
        "w_300-h_200-f_pad-b_ff0000-q_33-pad_10,20")]
    [InlineData(UrlDialect.Imgproxy, "/_/c:1000:0.5:no/dpr:2/w:100/plain/a.jpg", "a.jpg", "w_100-q_80-dpr_2-crop_1500,0,1000,1500")]
    [InlineData(UrlDialect.Imgproxy, "/_/pr:card/plain/a.jpg", "a.jpg", "preset_card")]
    [InlineData(UrlDialect.Cloudinary, "/demo/image/upload/c_fill,g_north_east,w_300,h_200/q_auto/f_auto/v12/folder/a.jpg", "folder/a",
        "fmt_auto-w_300-h_200-f_cover-g_northeast-q_auto")]
    [InlineData(UrlDialect.Cloudinary, "/demo/image/upload/c_limit,w_300/q_auto:eco/v12/folder/a.jpg", "folder/a", "fmt_jpg-w_300-f_inside-q_eco")]
    [InlineData(UrlDialect.Cloudinary, "/image/upload/w_0.5/folder/a.png", "folder/a", "fmt_png-w_2000-f_fill")]
    [InlineData(UrlDialect.Cloudinary, "/image/upload/c_crop,w_1000,h_500,x_10,y_20/c_limit,w_400/e_grayscale/r_max/a.webp", "a",
        "fmt_webp-w_400-f_inside-bw-crop_10,20,1000,500-round_max")]
    [InlineData(UrlDialect.Cloudinary, "/image/upload/t_hero/a.webp", "a", "preset_hero-fmt_webp")]
    [InlineData(UrlDialect.Cloudinary, "/image/fetch/w_100,c_scale/https://example.com/a.jpg", "https://example.com/a.jpg", "w_100-f_fill")]
    [InlineData(UrlDialect.Imgix, "/photos/a.jpg?w=400&h=300&fit=crop&crop=top,left&auto=format,compress", "photos/a.jpg",
        "fmt_auto-w_400-h_300-f_cover-g_northwest-q_45")]
    [InlineData(UrlDialect.Imgix, "/a.jpg?w=0.5&bg=8f00&orient=6&fm=pjpg&ixlib=js-1", "a.jpg", "fmt_jpg-w_2000-f_inside-b_ff000088-q_75-r_90")]
    [InlineData(UrlDialect.Imgix, "/http%3A%2F%2Favatars.com%2Fj.png?h=800&ar=3%3A2&fit=crop&dpr=2&max-h=500", "http://avatars.com/j.png",
        "h_500-f_cover-q_75-ar_3:2-dpr_2")]
    [InlineData(UrlDialect.Imgix, "/a.jpg?w64=NDAw", "a.jpg", "w_400-f_inside-q_75")]
    [InlineData(UrlDialect.Imgix, "/a.jpg", "a.jpg", "original")]
    [InlineData(UrlDialect.Ipx, "/_ipx/s_300x200,f_webp,fit_contain,pos_right%20top,flip/photos/a.jpg", "photos/a.jpg",
        "fmt_webp-w_300-h_200-f_pad-g_northeast-flop")]
    [InlineData(UrlDialect.Ipx, "/w=200&q=50/a.jpg", "a.jpg", "w_200-q_50")]
    [InlineData(UrlDialect.Ipx, "/_/a.jpg", "a.jpg", "original")]
    [InlineData(UrlDialect.Cloudflare, "/cdn-cgi/image/width=300,height=200,fit=cover,gravity=0.2x0.8,format=auto,quality=60/photos/a.jpg", "photos/a.jpg",
        "fmt_auto-w_300-h_200-f_cover-g_focal-q_60-fx_0.2-fy_0.8")]
    [InlineData(UrlDialect.Cloudflare, "/cdn-cgi/image/width=auto,format=auto/a.jpg", "a.jpg", "fmt_auto-w_auto-f_inside-q_85")]
    [InlineData(UrlDialect.Cloudinary, "/image/upload/c_limit,w_auto/a.webp", "a", "fmt_webp-w_auto-f_inside")]
    [InlineData(UrlDialect.Cloudflare, "/cdn-cgi/image/w=300,trim=10;20;30;40,brightness=1.2,onerror=redirect/https://example.com/a.jpg",
        "https://example.com/a.jpg", "w_300-f_inside-q_85-crop_40,10,3940,2960-bri_120")]
    public void Old_urls_are_read(UrlDialect name, string target, string source, string operations)
    {
        var dialect = UrlDialects.Of(name)!;
        var url = dialect.Split(target).Value;
        var meaning = dialect.Map(url, Photo);

        url.Source.ShouldBe(source);
        meaning.Unmapped.ShouldBeEmpty();
        OperationsText.Write(meaning.Operations).ShouldBe(OperationsText.Write(OperationsParser.Parse(operations).Value));
    }

    [Theory]
    [InlineData(UrlDialect.Next, "/_next/image?url=%2Fa.jpg&w=640&q=75&blur=1", "blur")]
    [InlineData(UrlDialect.Next, "/_next/image?url=%2Fa.jpg&w=640&q=101", "q")]
    [InlineData(UrlDialect.Next, "/_next/image?url=%2Fa.jpg&w=abc&q=75", "w")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/300x200/filters:watermark(http://x/y.png,10,10,50):quality(80)/a.jpg", "watermark")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/meta/300x200/a.jpg", "meta")]
    [InlineData(UrlDialect.Thumbor, "/unsafe/300x200/filters:rotate(45)/a.jpg", "rotate")]
    [InlineData(UrlDialect.Imgproxy, "/_/wm:0.5:soea/w:10/plain/a.jpg", "watermark")]
    [InlineData(UrlDialect.Imgproxy, "/_/nonsense:1/plain/a.jpg", "nonsense")]
    [InlineData(UrlDialect.Imgproxy, "/_/g:no:10:20/w:10/plain/a.jpg", "gravity")]
    [InlineData(UrlDialect.Cloudinary, "/image/upload/l_logo,w_20/a.jpg", "l_")]
    [InlineData(UrlDialect.Cloudinary, "/image/upload/w_300/w_200/a.jpg", "a second size (w_200)")]
    [InlineData(UrlDialect.Cloudinary, "/image/upload/e_oil_paint:30/a.jpg", "e_oil_paint")]
    [InlineData(UrlDialect.Imgix, "/a.jpg?w=100&txt=Hello", "txt")]
    [InlineData(UrlDialect.Imgix, "/a.jpg?w=100&fit=facearea", "fit=facearea")]
    [InlineData(UrlDialect.Ipx, "/w_100,negate/a.jpg", "negate")]
    [InlineData(UrlDialect.Cloudflare, "/cdn-cgi/image/width=100,draw=x/a.jpg", "draw")]
    public void What_has_no_counterpart_is_named(UrlDialect name, string target, string option)
    {
        var dialect = UrlDialects.Of(name)!;
        var meaning = dialect.Map(dialect.Split(target).Value, Photo);

        meaning.Unmapped.ShouldContain(option);
        DialectErrors.Unmapped(meaning.Unmapped).Detail.ShouldContain(option);
    }

    [Theory]
    [InlineData(UrlDialect.Next, "/photos/a.jpg", ErrorCode.NotFound)]
    [InlineData(UrlDialect.Next, "/_next/image?w=640&q=75", ErrorCode.InvalidOperations)]
    [InlineData(UrlDialect.Next, "/_next/image?url=%2Fa&url=%2Fb&w=640", ErrorCode.InvalidOperations)]
    [InlineData(UrlDialect.Next, "/_next/image?url=%2F%2Fevil.example&w=640", ErrorCode.InvalidOperations)]
    [InlineData(UrlDialect.Thumbor, "/unsafe", ErrorCode.NotFound)]
    [InlineData(UrlDialect.Thumbor, "/unsafe/filters:quality(80/a.jpg", ErrorCode.InvalidOperations)]
    [InlineData(UrlDialect.Imgproxy, "/_/enc/abcdef", ErrorCode.InvalidOperations)]
    [InlineData(UrlDialect.Imgproxy, "/_/w:100", ErrorCode.NotFound)]
    [InlineData(UrlDialect.Cloudinary, "/demo/video/upload/a.mp4", ErrorCode.InvalidOperations)]
    [InlineData(UrlDialect.Cloudinary, "/demo/a.jpg", ErrorCode.NotFound)]
    [InlineData(UrlDialect.Ipx, "/a.jpg", ErrorCode.NotFound)]
    [InlineData(UrlDialect.Cloudflare, "/a.jpg", ErrorCode.NotFound)]
    public void What_is_no_url_of_the_dialect_is_refused(UrlDialect name, string target, ErrorCode code) =>
        UrlDialects.Of(name)!.Split(target).Error.ShouldNotBeNull().Code.ShouldBe(code);

    [Fact]
    public void Signatures_and_ends_are_taken_apart()
    {
        var imgproxy = UrlDialects.Of(UrlDialect.Imgproxy)!;
        imgproxy.Split("/unsafe/w:1/plain/a.jpg").Value.Signature.ShouldBeNull();
        (imgproxy.Split("/abc/w:1/exp:1700000000/plain/a.jpg").Value is { Signature: "abc", Covered: "/w:1/exp:1700000000/plain/a.jpg", ExpiresUnixSeconds: 1_700_000_000 }).ShouldBeTrue();
        UrlDialects.Of(UrlDialect.Imgix)!.Split("/a.jpg?expires=1700000000&s=0").Value.ExpiresUnixSeconds.ShouldBe(1_700_000_000);
        UrlDialects.Of(UrlDialect.Thumbor)!.Split("/unsafe/a.jpg").Value.Signature.ShouldBeNull();
    }
}
