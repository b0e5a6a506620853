using System.Text;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>SVG: sizes without pixels, entities of the document's own, and what an attacker makes of both.</summary>
[Trait("Level", "Integration")]
public sealed class DrawingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drawing-");

    [Theory]
    [InlineData("width='16' height='16' viewBox='0 0 100 100'", 16, 16)]
    [InlineData("width='1' height='1' viewBox='0 0 100 100'", 1, 1)]
    [InlineData("width='25.4mm' height='12.7mm'", 96, 48)]
    [InlineData("width='72pt' height='36pt'", 96, 48)]
    [InlineData("width='2in' height='1in'", 192, 96)]
    [InlineData("viewBox='0 0 30 20'", 30, 20)]
    public void A_drawing_s_own_size_is_told_in_pixels_of_96_to_the_inch(string attributes, int width, int height)
    {
        var reply = Ask(Svg(attributes)).Value;

        (reply.Format, reply.Width, reply.Height, reply.WorkingCopyExtension).ShouldBe((OriginalFormat.Svg, width, height, null));
        reply.Placeholders!.DominantColour.ShouldBe("#ff0000");
    }

    [Theory]
    [InlineData("w_400", 400, 400)]
    [InlineData("original", 16, 16)]
    [InlineData("h_300", 300, 300)]
    [InlineData("w_400-h_200", 400, 200)]
    [InlineData("w_400-h_200-f_pad", 400, 200)]
    [InlineData("w_400-h_200-f_fill", 400, 200)]
    [InlineData("w_8192", 8192, 8192)]
    [InlineData("w_50-r_90", 50, 50)]
    [InlineData("ar_2:1", 16, 8)]
    [InlineData("ar_2:1-w_400", 400, 200)]
    [InlineData("ar_2:1-w_400-dpr_2", 800, 400)]
    [InlineData("dpr_3-w_100", 300, 300)]
    [InlineData("crop_0,0,8,4", 8, 4)]
    [InlineData("crop_0,0,8,4-w_800", 800, 400)]
    [InlineData("crop_4,4,1,1-w_8192", 8192, 8192)]
    [InlineData("crop_0.5,0.5,0.25,0.5-h_300", 150, 300)]
    [InlineData("crop_0.5,0.5,0.01,0.01-w_300", 300, 300)]
    [InlineData("crop_0,0,8,4-w_200-h_200-g_west", 200, 200)]
    [InlineData("w_400-h_200-f_outside", 400, 400)]
    [InlineData("trim_5-w_400", 400, 400)]
    [InlineData("trim_5", 16, 16)]
    [InlineData("w_400-pad_10", 400, 400)]
    public void A_small_drawing_comes_out_at_the_size_asked_for(string operations, int width, int height)
    {
        var icon = new SourceFacts
        {
            Width = 16,
            Height = 16,
            HasAlpha = true,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = null,
        }.AsDrawing();
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, ImageFormat.Png, icon, 85).Value;

        TransformPlan.Of(canonical, icon).Canvas.ShouldBe(new PixelSize(width, height));
        SourceChoice.UsesIntermediate(canonical, icon).ShouldBeFalse();
        CanonicalOperations.Resolve(OperationsParser.Parse(canonical.Text).Value, ImageFormat.Png, icon, 85).Value.Text.ShouldBe(canonical.Text);
    }

    [Theory]
    [InlineData(10_000, 10, "original", 10_000, 10)]
    [InlineData(100, 1, "h_500", 8192, 82)]
    [InlineData(1, 3, "w_8192", 2731, 8192)]
    public void No_side_that_nobody_asked_for_becomes_longer_than_may_be_asked_for(int width, int height, string operations, int outWidth, int outHeight)
    {
        var drawing = new SourceFacts
        {
            Width = width,
            Height = height,
            HasAlpha = true,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = null,
        }.AsDrawing();
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, ImageFormat.Png, drawing, 85).Value;

        TransformPlan.Of(canonical, drawing).Canvas.ShouldBe(new PixelSize(outWidth, outHeight));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(1)]
    public async Task Edges_are_sharp_at_every_size(int nominal)
    {
        var svg = $"<svg xmlns='http://www.w3.org/2000/svg' width='{nominal}' height='{nominal}' viewBox='0 0 100 100'><rect width='50' height='100'/></svg>";
        var png = Draw(Encoding.UTF8.GetBytes(svg), 400, 400);
        var icon = new SourceFacts
        {
            Width = nominal,
            Height = nominal,
            HasAlpha = true,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = null,
        }.AsDrawing();
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse("w_400").Value, ImageFormat.Png, icon, 85).Value;
        TransformPlan.Of(canonical, icon).Resized.ShouldBe(new PixelSize(400, 400));
        var source = new TransformSource(png, OriginalFormat.Png, IsIntermediate: false,
            KeepCopyright: false)
        { DrawnFrom = new PixelSize(icon.Width, icon.Height) };

        var made = (await Workbench.Engine.TransformAsync(source, canonical, TransformLimits.Default, TestContext.Current.CancellationToken)).Value;

        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((400, 400));
        (image.Getpoint(199, 200)[3], image.Getpoint(200, 200)[3]).ShouldBe((255, 0));
    }

    [Theory]
    [InlineData("crop_8,0,8,16-w_400", 400, 800)]
    [InlineData("crop_0.5,0.0,0.5,1.0-w_400", 400, 800)]
    [InlineData("crop_4,0,8,8-w_800-h_400", 800, 400)]
    public async Task A_part_is_drawn_as_sharp_as_the_whole(string operations, int width, int height)
    {
        var svg =
            "<svg xmlns='http://www.w3.org/2000/svg' width='16' height='16' viewBox='0 0 16 16'><rect x='12' width='4' height='16' fill='red'/></svg>"u8.ToArray();
        var icon = new SourceFacts
        {
            Width = 16,
            Height = 16,
            HasAlpha = true,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = null,
        }.AsDrawing();
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, ImageFormat.Png, icon, 85).Value;
        var area = CroppedSource.Of(icon, canonical.Operations.Crop)!;
        var size = TransformPlan.Of(canonical, icon).Resized;
        var source = new TransformSource(Draw(svg, size.Width, size.Height, area.Part), OriginalFormat.Png, IsIntermediate: false, KeepCopyright: false)
        {
            DrawnFrom = new PixelSize(area.Facts.Width, area.Facts.Height),
        };

        var made = (await Workbench.Engine.TransformAsync(source, canonical, TransformLimits.Default, TestContext.Current.CancellationToken)).Value;

        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((width, height));
        var edge = area.Part.X < 0.5 ? width : width / 2;
        image.Getpoint(edge - 1, height / 2)[3].ShouldBe(0);
        if (edge < width)
            image.Getpoint(edge, height / 2).ShouldBe([255, 0, 0, 255]);
    }

    [Fact]
    public void Entities_as_drawing_programs_write_them_are_unfolded()
    {
        var svg = """
            <?xml version="1.0" encoding="utf-8"?>
            <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
                <!ENTITY ns_svg "http://www.w3.org/2000/svg"> <!ENTITY colour "red">
            ]>
            <svg xmlns="&ns_svg;" width="100" height="100"><rect width="100" height="100" fill="&colour;"/></svg>
            """;

        var reply = Ask(svg).Value;

        (reply.Width, reply.Height, reply.Placeholders!.DominantColour).ShouldBe((100, 100, "#ff0000"));
    }

    [Theory]
    [InlineData("<!ENTITY a SYSTEM 'file:///etc/passwd'>")]
    [InlineData("<!ENTITY a SYSTEM 'http://127.0.0.1:1/x'>")]
    [InlineData("<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p; <!ENTITY a 'x'>")]
    [InlineData("<!ENTITY a '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY b '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY c '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY d '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'><!ENTITY e '&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'><!ENTITY f '0123456789012345678901234567890123456789'>")]
    [InlineData("<!ENTITY a '&a;'>")]
    public void Entities_that_point_outside_or_unfold_without_end_are_refused(string declarations) =>
        Ask($"<!DOCTYPE svg [{declarations}]><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>&a;</text></svg>")
            .Error!.Code.ShouldBe(ErrorCode.UndecodableImage);

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Svg(string attributes) => $"<svg xmlns='http://www.w3.org/2000/svg' {attributes}><rect width='100%' height='100%' fill='red'/></svg>";

    private byte[] Draw(byte[] svg, int width, int height, PicturePart? part = null)
    {
        var request = Request(svg) with { Draw = new DrawRequest(new PixelSize(width, height), part ?? PicturePart.Whole) };
        var reply = OriginalReader.Read(request, static _ => { }).Value;
        return File.ReadAllBytes($"{request.WorkingCopyPath}.{reply.WorkingCopyExtension}");
    }

    private Result<DecodeReply> Ask(string svg) => OriginalReader.Read(Request(Encoding.UTF8.GetBytes(svg)), static _ => { });

    private DecodeRequest Request(byte[] svg)
    {
        var path = Path.Combine(_folder.FullName, "drawing");
        File.WriteAllBytes(path, svg);
        return Workbench.Request(path) with { Allowed = ["svg"] };
    }
}
