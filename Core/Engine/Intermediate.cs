using System.Globalization;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Engine.Steps;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>
/// The intermediate of an original: what small variants are made of. It carries the original's size, so that proportions stay exact to the pixel,
/// and its copyright, so that variants can keep it.
/// </summary>
internal static class Intermediate
{
    private const int Quality = 92;
    private const string SizeMark = "original ";

    public static TransformedImage Make(TransformSource source, OpenedSource opened, CancellationToken stop)
    {
        var original = opened.Header.Upright;
        var size = SourceChoice.IntermediateSize(original);
        var format = opened.Header.HasAlpha || opened.Header.IsLossless ? ImageFormat.Png : ImageFormat.Jpg;
        var operations = new ImageOperations { Width = size.Width, Height = size.Height, Fit = Fit.Fill, Quality = Operations.Quality.Of(Quality) };
        var plan = TransformPlan.Make(operations, original, FocalPoint.Centre);
        using var run = new TransformRun(plan, operations, format, opened.Header, stop);
        var image = LoadSource.Apply(source.Bytes, run.Keep(opened.Reopen(allFrames: false)), run);
        image = ResizePicture.Apply(image, run);
        image = Orient.Apply(image, run);
        image = ConvertColour.Apply(image, run);
        image = KeepCopyright.Apply(image, opened.Copyright, run, string.Create(CultureInfo.InvariantCulture, $"{SizeMark}{original.Width}x{original.Height}"));
        var bytes = run.Evaluate(image, ready => format == ImageFormat.Png
            ? ready.PngsaveBuffer(compression: 3, filter: Enums.ForeignPngFilter.Sub, keep: Enums.ForeignKeep.Exif)
            : ready.JpegsaveBuffer(q: Quality, optimizeCoding: true, subsampleMode: Enums.ForeignSubsample.On, keep: Enums.ForeignKeep.Exif));
        return new TransformedImage
        {
            Bytes = bytes,
            Format = format,
            Width = size.Width,
            Height = size.Height,
            Frames = 1,
            CpuTime = default,
        };
    }

    /// <summary>Upright size of the original that an intermediate was made of; its own size where the mark is missing.</summary>
    public static PixelSize OriginalSize(OpenedSource opened)
    {
        var mark = TiffDirectory.Main(opened.Exif).Text(0x010E);
        if (mark is null || !mark.StartsWith(SizeMark, StringComparison.Ordinal))
            return opened.Header.Upright;
        var parts = mark[SizeMark.Length..].Split('x');
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var width)
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var height)
            && width >= opened.Header.Upright.Width && height >= opened.Header.Upright.Height
            ? new PixelSize(width, height)
            : opened.Header.Upright;
    }
}
