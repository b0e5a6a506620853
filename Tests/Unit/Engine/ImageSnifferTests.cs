using System.IO.Compression;
using System.Text;
using ImageService.Core.Engine;
using ImageService.Core.Errors;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class ImageSnifferTests
{
    [Theory]
    [InlineData("\xFF\xD8\xFF\xE0", OriginalFormat.Jpg)]
    [InlineData("\x89PNG\r\n\x1A\n", OriginalFormat.Png)]
    [InlineData("GIF89a", OriginalFormat.Gif)]
    [InlineData("GIF87a", OriginalFormat.Gif)]
    [InlineData("RIFF\x10\0\0\0WEBPVP8 ", OriginalFormat.Webp)]
    [InlineData("II*\0", OriginalFormat.Tiff)]
    [InlineData("MM\0*", OriginalFormat.Tiff)]
    [InlineData("\0\0\0\x1C" + "ftypavif\0\0\0\0mif1miaf", OriginalFormat.Avif)]
    [InlineData("\0\0\0\x1C" + "ftypmif1\0\0\0\0avifmiaf", OriginalFormat.Avif)]
    [InlineData("\0\0\0\x18" + "ftypheic\0\0\0\0mif1heic", OriginalFormat.Heic)]
    [InlineData("\0\0\0\x14" + "ftypmif1\0\0\0\0mif1....infe....av01", OriginalFormat.Avif)]
    [InlineData("\0\0\0\x14" + "ftypmif1\0\0\0\0mif1....infe....hvc1", OriginalFormat.Heic)]
    [InlineData("\xFF\x0A", OriginalFormat.Jxl)]
    [InlineData("\0\0\0\x0CJXL \r\n\x87\n", OriginalFormat.Jxl)]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", OriginalFormat.Svg)]
    [InlineData("\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- <html> --><svg>", OriginalFormat.Svg)]
    [InlineData("<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' ''>", OriginalFormat.Svg)]
    public void Types_are_told_by_content(string content, OriginalFormat expected) =>
        ImageSniffer.Sniff(Encoding.Latin1.GetBytes(content)).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("\xFF\xD8")]
    [InlineData("<html><svg></svg></html>")]
    [InlineData("<svgx>")]
    [InlineData("<!-- never closed <svg>")]
    [InlineData("push graphic-context\nviewbox 0 0 640 480\n")]
    [InlineData("%PDF-1.7")]
    [InlineData("BM6\0\0\0")]
    [InlineData("\0\0\0\x14" + "ftypisom\0\0\0\0mp42")]
    [InlineData("\0\0\0\x14" + "ftypmif1\0\0\0\0mif1")]
    [InlineData("RIFF\x10\0\0\0WAVEfmt ")]
    [InlineData("\x1F\x8B\x08\0\0\0")]
    public void Anything_else_is_no_image(string content) =>
        ImageSniffer.Judge(Encoding.Latin1.GetBytes(content), Workbench.Anything.Allowed).Error!.Code.ShouldBe(ErrorCode.UnsupportedImageType);

    [Fact]
    public void A_known_type_that_the_policy_does_not_allow_is_refused_by_name()
    {
        var error = ImageSniffer.Judge("GIF89a"u8, new HashSet<OriginalFormat> { OriginalFormat.Jpg }).Error!;

        error.Code.ShouldBe(ErrorCode.UnsupportedImageType);
        error.Detail.ShouldContain("gif");
    }

    [Fact]
    public void A_compressed_svg_is_an_svg()
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionMode.Compress, leaveOpen: true))
            gzip.Write("<svg xmlns='http://www.w3.org/2000/svg'/>"u8);

        ImageSniffer.Sniff(file.ToArray()).ShouldBe(OriginalFormat.Svg);
    }
}
