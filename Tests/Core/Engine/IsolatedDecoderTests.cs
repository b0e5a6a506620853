using System.Runtime.InteropServices;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Engine.Provenance;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Integration")]
public sealed class IsolatedDecoderTests : IDisposable
{
    // 64 × 64 px: four patches, (200,100,50) (50,150,100) (128,128,128) (90,60,180), and a colr box of type nclx.
    private const string Patches =
        "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVVtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQAB"
        + "AAAAAAF5AAEAAAAAAAAAPQAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAA1WlwcnAAAAC2aXBjbwAAAHdodmNDAQQIAAAAAAAAAAAAHvAA/P/4+AAADwMgAAEAF0AB"
        + "DAH//wQIAAADAJ44AAADAAAeugJAIQABACpCAQEECAAAAwCeOAAAAwAAHpAEECCy3UklNc3AgIGBAAADAAEAAAMAAQgiAAEACEQBwXKGDAIkAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAQ"
        + "cGl4aQAAAAADCAgIAAAAE2NvbHJuY2x4AAwADQAGgAAAABdpcG1hAAAAAAAAAAEAAQSBAoMEAAAARW1kYXQAAAA5KAGvBrhjsNz9xB///v4O+h/ZH0Nam9yUb79V4f//UMyKKVwuEQ/J"
        + "xg//oAqx+D/d1A//l7+sadHA";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("isolated-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Facts_are_those_of_the_upright_picture()
    {
        var decoded = (await DecodeAsync(Drawings.JpegWithMetadata(6))).Value;

        var facts = decoded.Facts;
        (facts.Format, facts.Width, facts.Height, facts.Orientation, facts.Frames, facts.HasAlpha).ShouldBe((OriginalFormat.Jpg, 640, 480, 6, 1, false));
        facts.Exif!.RootElement.GetProperty("make").GetString().ShouldBe("Testcam");
        facts.Exif.RootElement.GetRawText().ShouldNotContain("GPS", Case.Insensitive);
        decoded.NormalisedPath.ShouldBeNull();
        decoded.Placeholders.BlurHash.Length.ShouldBe(28);
        decoded.Placeholders.Palette.Count.ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public async Task Animations_tell_their_frames_and_alpha_its_presence()
    {
        (await DecodeAsync(Drawings.Gif(5))).Value.Facts.Frames.ShouldBe(5);
        (await DecodeAsync(Drawings.PngWithAlpha())).Value.Facts.HasAlpha.ShouldBeTrue();
    }

    [Theory]
    [InlineData(OriginalFormat.Jpg)]
    [InlineData(OriginalFormat.Webp)]
    [InlineData(OriginalFormat.Tiff)]
    [InlineData(OriginalFormat.Svg)]
    [InlineData(OriginalFormat.Jxl)]
    public async Task Content_credentials_are_told_of_a_picture_that_can_be_read(OriginalFormat format)
    {
        var (file, place) = await CredentialedFiles.MakeAsync(format);

        (await DecodeAsync(file)).Value.Credentials.ShouldBe(new ContentCredentials(place, CredentialedFiles.StoreBytes));
    }

    [Theory]
    [InlineData(65_536, 1)]
    [InlineData(1, 65_536)]
    public async Task A_side_longer_than_any_format_holds_is_refused_by_its_limit(int width, int height)
    {
        using var line = Image.Black(width, height);

        var error = (await DecodeAsync(line.PngsaveBuffer())).Error!;

        (error.Code, error.Detail.Contains("65535", StringComparison.Ordinal)).ShouldBe((ErrorCode.ImageLimitExceeded, true), error.Detail);
    }

    [Fact]
    public async Task Limits_are_those_of_the_caller()
    {
        var few = Workbench.Anything with { MaxFrames = 3 };
        var small = Workbench.Anything with { MaxPixels = 1000 };
        var jpegOnly = Workbench.Anything with { Allowed = new HashSet<OriginalFormat> { OriginalFormat.Jpg } };

        (await DecodeAsync(Drawings.Gif(4), few)).Error!.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
        (await DecodeAsync(Drawings.Jpeg(), small)).Error!.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
        (await DecodeAsync(Drawings.Gif(), jpegOnly)).Error!.Code.ShouldBe(ErrorCode.UnsupportedImageType);
        (await DecodeAsync([])).Error!.Code.ShouldBe(ErrorCode.UnsupportedImageType);
    }

    [Fact]
    public async Task An_svg_is_drawn_at_any_size_and_sees_no_other_file()
    {
        var secret = Path.Combine(_folder.FullName, "secret.png");
        await File.WriteAllBytesAsync(secret, Drawings.Jpeg(), Ct);
        var svg = $"""
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="60" height="40">
              <image xlink:href="file://{secret}" width="60" height="40"/><rect width="10" height="10" fill="#00ff00"/>
            </svg>
            """;

        var decoded = (await DecodeAsync(System.Text.Encoding.UTF8.GetBytes(svg))).Value;

        (decoded.Facts.Format, decoded.Facts.Width, decoded.Facts.Height, decoded.NormalisedPath).ShouldBe((OriginalFormat.Svg, 60, 40, null));
        using var decoder = Workbench.Decoder();
        var drawn = (await decoder.DrawAsync(System.Text.Encoding.UTF8.GetBytes(svg), new PixelSize(600, 400), PicturePart.Whole, null, Ct)).Value;
        using var raster = Image.PngloadBuffer(drawn.ToArray());
        (raster.Width, raster.Height).ShouldBe((600, 400));
        Workbench.Colour(raster, 0.05, 0.05).ShouldBe([0, 255, 0, 255]);
        Workbench.Colour(raster, 0.6, 0.6)[3].ShouldBe(0);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='1000000' height='1000000'/>", ErrorCode.ImageLimitExceeded)]
    [InlineData("<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>&a;</text></svg>",
        ErrorCode.UndecodableImage)]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect", ErrorCode.UndecodableImage)]
    public async Task Hostile_drawings_are_refused(string svg, ErrorCode expected) =>
        (await DecodeAsync(System.Text.Encoding.UTF8.GetBytes(svg))).Error!.Code.ShouldBe(expected);

    [Fact]
    public async Task What_takes_more_computing_than_an_image_may_is_refused_by_the_decoder_itself()
    {
        var hungry = string.Concat(Enumerable.Range(0, 60).Select(i => $"<g filter='url(#f)'><rect x='{i}' width='3900' height='3900' fill='red'/></g>"));
        var svg =
            $"<svg xmlns='http://www.w3.org/2000/svg' width='4000' height='4000'><filter id='f'><feGaussianBlur stdDeviation='190'/><feTurbulence numOctaves='9'/></filter>{hungry}</svg>";
        var path = await WriteAsync(System.Text.Encoding.UTF8.GetBytes(svg));
        using var decoder = Workbench.Decoder(new EngineOptions { DecoderTimeout = TimeSpan.FromSeconds(3) });

        var result = await decoder.DecodeAsync(path, Workbench.Anything, Ct);

        result.Error!.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
        result.Error.Detail.ShouldContain("3 s of computing");
    }

    [Fact]
    public async Task The_decoder_inherits_no_environment_and_leaves_nothing_behind()
    {
        var start = DecoderProgram.StartInfo(new EngineOptions(), _folder.FullName, 1 << 30);

        start.Environment.Keys.ShouldBeSubsetOf(
        [
            "DOTNET_ROOT", "SystemRoot", "HOME", "TMPDIR", "TEMP", "TMP", "MALLOC_ARENA_MAX", "DOTNET_EnableDiagnostics", "DOTNET_TieredPGO", "DOTNET_gcServer",
            "DOTNET_gcConcurrent", "DOTNET_GCHeapHardLimit",
        ]);
        await DecodeAsync(Drawings.Jpeg());
        _folder.GetFiles().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(1, 13, "200,100,50 50,150,100 128,128,128 90,60,180")]
    [InlineData(12, 13, "215,93,31 0,153,95 128,128,128 95,58,187")]
    [InlineData(9, 13, "241,76,29 0,158,94 128,128,128 93,52,188")]
    [InlineData(1, 8, "229,168,122 122,202,168 188,188,188 160,133,219")]
    [InlineData(1, 16, "255,51,8 17,194,76 132,132,132 46,18,250")]
    [InlineData(9, 18, "230,48,17 0,125,74 99,99,99 66,36,148")]
    public async Task A_heic_s_colours_are_what_its_code_points_say(byte primaries, byte transfer, string expected)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64,
            "The decoder of HEIC is built for x64 alone.");
        var file = Convert.FromBase64String(Patches);
        var said = file.AsSpan().IndexOf("nclx"u8);
        (file[said + 5], file[said + 7]) = (primaries, transfer);

        var decoded = (await DecodeAsync(file)).Value;

        decoded.Facts.Format.ShouldBe(OriginalFormat.Heic);
        using var raster = Image.NewFromFile(decoded.NormalisedPath!);
        var patches = expected.Split(' ').Select(patch => patch.Split(',').Select(double.Parse).ToArray()).ToList();
        for (var i = 0; i < patches.Count; i++)
        {
            var colour = raster.Getpoint(16 + (i % 2 * 32), 16 + (i / 2 * 32));
            for (var band = 0; band < 3; band++)
                colour[band].ShouldBe(patches[i][band], transfer == 13 ? 5 : 10, $"patch {i}"); // eight bits of Y′CbCr, bent
        }
    }

    [Theory]
    [InlineData(false, 90, "jpg")]
    [InlineData(true, 100, "png")]
    public async Task A_jpeg_xl_gets_a_working_copy_that_transforms_read(bool isDrawn, int quality, string copy)
    {
        Assert.SkipUnless(
            RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "The decoder of JPEG XL is built for x64 alone.");
        using var black = Image.Black(640, 480, bands: 3).Copy(interpretation: Enums.Interpretation.Srgb);
        using var picture = isDrawn ? black.Mutate(static canvas => canvas.DrawCircle([220, 40, 40], 320, 240, 100, fill: true)) : Drawings.Quarters();
        var original = JxlEncoder.Encode(picture, quality, keepExif: false);

        var decoded = (await DecodeAsync(original)).Value;

        (decoded.Facts.Format, decoded.Facts.Width, decoded.Facts.Height, decoded.Facts.Frames).ShouldBe((OriginalFormat.Jxl, 640, 480, 1));
        decoded.NormalisedPath.ShouldEndWith($".{copy}");
        using var raster = Image.NewFromFile(decoded.NormalisedPath!);
        using var difference = (picture - raster).Abs();
        difference.Avg().ShouldBeLessThan(isDrawn ? 0.01 : 4);
        (await DecodeAsync(original[..(original.Length / 2)])).Error!.Code.ShouldBe(ErrorCode.UndecodableImage);
        (await DecodeAsync(original, new ProbeLimits(640 * 479, 1, Workbench.Anything.Allowed))).Error!.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
    }

    [Fact]
    public async Task A_caller_who_leaves_takes_the_process_along()
    {
        var path = await WriteAsync(Drawings.Jpeg());
        using var decoder = Workbench.Decoder();
        using var caller = new CancellationTokenSource();
        var decoding = decoder.DecodeAsync(path, Workbench.Anything, caller.Token);

        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(decoding);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<Result<DecodedOriginal>> DecodeAsync(byte[] original, ProbeLimits? limits = null)
    {
        using var decoder = Workbench.Decoder();
        return await decoder.DecodeAsync(await WriteAsync(original), limits ?? Workbench.Anything, Ct);
    }

    private async Task<string> WriteAsync(byte[] original)
    {
        var path = Path.Combine(_folder.FullName, "original");
        await File.WriteAllBytesAsync(path, original, Ct);
        return path;
    }
}
