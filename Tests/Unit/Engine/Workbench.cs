using ImageMagick;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NetVips;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>One engine for all tests of the room, and short ways to use it.</summary>
internal static class Workbench
{
    public static readonly TransformEngine Engine =
        new(Options.Create(new EngineOptions()), TimeProvider.System, NullLogger<TransformEngine>.Instance);

    public static readonly ProbeLimits Anything = new(100_000_000, 1000, Enum.GetValues<OriginalFormat>().ToHashSet());

    public static IsolatedDecoder Decoder(EngineOptions? options = null) =>
        new(Options.Create(options ?? new EngineOptions()), TimeProvider.System, NullLogger<IsolatedDecoder>.Instance);

    /// <summary>What the decoder is asked of a file, of whatever format; tests change what they are about.</summary>
    public static DecodeRequest Request(string path) => new()
    {
        Path = path,
        WorkingCopyPath = $"{path}.raster",
        MaxPixels = Anything.MaxPixels,
        MaxFrames = Anything.MaxFrames,
        MemoryBytes = 1L << 30,
        CpuMilliseconds = 9000,
        Allowed = [.. Anything.Allowed.Select(format => format.Name())],
    };

    /// <summary>Facts as the decoder would tell them, read in this process: only for pictures that tests draw.</summary>
    public static SourceFacts FactsOf(byte[] original)
    {
        var format = ImageSniffer.Sniff(original)!.Value;
        using var image = ImageHeader.Open(original, format, allFrames: false);
        var header = ImageHeader.Read(image, format);
        return new SourceFacts
        {
            Width = header.Upright.Width,
            Height = header.Upright.Height,
            HasAlpha = header.HasAlpha,
            Frames = header.Frames,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = ImageFormats.TryParse(format.Name(), out var same) ? same : null,
        };
    }

    public static async Task<TransformedImage> MakeAsync(byte[] original, string operations, ImageFormat format, bool keepCopyright = false)
    {
        var result = await TryAsync(original, operations, format, keepCopyright);
        return result.Value;
    }

    public static Task<Result<TransformedImage>> TryAsync(byte[] original, string operations, ImageFormat format, bool keepCopyright = false)
    {
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, format, FactsOf(original), 85).Value;
        return Engine.TransformAsync(Source(original, keepCopyright), canonical, TransformLimits.Default, TestContext.Current.CancellationToken);
    }

    public static TransformSource Source(byte[] original, bool keepCopyright = false) =>
        new(original, ImageSniffer.Sniff(original)!.Value, IsIntermediate: false, keepCopyright);

    public static Image Open(TransformedImage made) =>
        ImageSniffer.Sniff(made.Bytes.Span) == OriginalFormat.Jxl
            ? OpenJxl(made.Bytes) : Image.NewFromBuffer(made.Bytes.ToArray(), made.Frames > 1 ? "n=-1" : "");

    public static bool HasAlpha(TransformedImage made)
    {
        using var image = Open(made);
        return image.HasAlpha();
    }

    /// <summary>By the library that wrote it, as libvips' build has no loader; what metadata it has comes along.</summary>
    private static Image OpenJxl(ReadOnlyMemory<byte> bytes)
    {
        using var decoded = new MagickImage(bytes.Span, new MagickReadSettings { Format = MagickFormat.Jxl });

        // Its decoder describes every colour space by a profile, whether one was written or not.
        decoded.RemoveProfile("icc");
        return Image.NewFromBuffer(decoded.ToByteArray(MagickFormat.Png));
    }

    /// <summary>Mean colour of a part of a picture, 0 to 255 a band; parts are given in fractions of the picture.</summary>
    public static double[] Colour(Image image, double x, double y, double width = 0.1, double height = 0.1)
    {
        var (w, h) = (Math.Max(1, (int)(image.Width * width)), Math.Max(1, (int)(image.Height * height)));
        using var part = image.Crop(Math.Min(image.Width - w, (int)(image.Width * x)), Math.Min(image.Height - h, (int)(image.Height * y)), w, h);
        using var stats = part.Stats();
        return [.. Enumerable.Range(1, image.Bands).Select(band => stats[4, band][0])];
    }

    /// <summary>Distance of two pictures of the same size as seen: mean difference in CIELAB (ΔE 76) after a slight blur; below 2 nobody sees it.</summary>
    public static double Distance(Image a, Image b)
    {
        using var left = a.Colourspace(Enums.Interpretation.Srgb);
        using var right = b.Colourspace(Enums.Interpretation.Srgb);
        using var plainLeft = left.HasAlpha() ? left.Flatten(background: [128, 128, 128]) : left.Copy();
        using var plainRight = right.HasAlpha() ? right.Flatten(background: [128, 128, 128]) : right.Copy();
        using var softLeft = plainLeft.Gaussblur(1);
        using var softRight = plainRight.Gaussblur(1);
        using var difference = softLeft.DE76(softRight);
        return difference.Avg();
    }
}
