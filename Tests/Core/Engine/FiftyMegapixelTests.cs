using ImageService.Core.Engine;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>What telephones make: fifty megapixels in every format that this machine can write, through the decoder of uploads and then made smaller.</summary>
[Trait("Level", "Integration")]
public sealed class FiftyMegapixelTests : IDisposable
{
    private const int Width = 8192;
    private const int Height = 6104;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fifty-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(OriginalFormat.Jpg, false)]
    [InlineData(OriginalFormat.Jpg, true)]
    [InlineData(OriginalFormat.Png, false)]
    [InlineData(OriginalFormat.Png, true)]
    [InlineData(OriginalFormat.Tiff, false)]
    [InlineData(OriginalFormat.Webp, false)]
    [InlineData(OriginalFormat.Avif, false)]
    public async Task Fifty_megapixels_are_read_in_every_format(OriginalFormat format, bool isInterlaced)
    {
        var path = Path.Combine(_folder.FullName, "original");
        await File.WriteAllBytesAsync(path, format == OriginalFormat.Jxl
            ? (await Workbench.MakeAsync(Drawn(OriginalFormat.Jpg, isInterlaced: false), "q_40", ImageFormat.Jxl)).Bytes.ToArray()
            : Drawn(format, isInterlaced), Ct);
        using var decoder = Workbench.Decoder();

        var decoded = (await decoder.DecodeAsync(path, Workbench.Anything, Ct)).Value;

        (decoded.Facts.Format, decoded.Facts.Width, decoded.Facts.Height).ShouldBe((format, Width, Height));
        var small = await Workbench.MakeAsync(await File.ReadAllBytesAsync(decoded.NormalisedPath ?? path, Ct), "w_64", ImageFormat.Png);
        using var picture = Workbench.Open(small);
        (picture.Width, picture.Height).ShouldBe((64, 48));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{format}: {decoded.DecodeCpu.TotalSeconds:0.0} s of CPU to decode, {decoded.DecodeBytes >> 20} MB to read for each transform");
    }

    /// <summary>Run by hand: writing them takes as long as much of the suite.</summary>
    [Theory(Explicit = true)]
    [InlineData(OriginalFormat.Gif)]
    [InlineData(OriginalFormat.Jxl)]
    public Task Fifty_megapixels_are_read_in_what_is_slow_to_write_too(OriginalFormat format) => Fifty_megapixels_are_read_in_every_format(format, false);

    private static byte[] Drawn(OriginalFormat format, bool isInterlaced)
    {
        using var ramp = Image.Identity().Resize(Width / 256.0, vscale: Height, kernel: Enums.Kernel.Nearest);
        using var dark = ramp.Linear([0.5], [20], uchar: true);
        using var bands = ramp.Bandjoin(dark, ramp);
        using var picture = bands.Copy(interpretation: Enums.Interpretation.Srgb);
        return format switch
        {
            OriginalFormat.Jpg => picture.JpegsaveBuffer(q: 80, interlace: isInterlaced),
            OriginalFormat.Png => picture.PngsaveBuffer(compression: 1, interlace: isInterlaced),
            OriginalFormat.Gif => picture.GifsaveBuffer(effort: 1, dither: 0),
            OriginalFormat.Tiff => picture.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate),
            OriginalFormat.Webp => picture.WebpsaveBuffer(q: 60, effort: 0),
            OriginalFormat.Avif => picture.HeifsaveBuffer(q: 40, effort: 0, compression: Enums.ForeignHeifCompression.Av1),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }
}
