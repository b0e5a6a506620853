using ImageService.Core.Engine.Metadata;
using ImageService.Core.Engine.Steps;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Writes a working copy that is read by line, of an original whose decoder keeps the whole picture several times over: phones' AVIF of 50 megapixels
/// would take a gigabyte of every transform.
/// </summary>
internal static class PlainRaster
{
    private const int Quality = 95;

    /// <param name="request">Where the copy goes.</param>
    /// <param name="header">Of the original; judged already.</param>
    /// <returns>A JPEG of a lossy opaque original, else a PNG; upright or with its orientation as it was, in sRGB.</returns>
    /// <exception cref="VipsException">It is truncated or corrupt.</exception>
    public static RasterFile Write(DecodeRequest request, ImageHeader header)
    {
        var nothing = new ImageOperations();
        using var run = new TransformRun(
            TransformPlan.Make(nothing, header.Upright, FocalPoint.Centre), nothing, ImageFormat.Png, header, CancellationToken.None);
        var image = run.Keep(OriginalFile.At(request.Path, header.Format).Open(allFrames: false, shrink: 1, Enums.FailOn.Error));
        image = ConvertColour.Apply(image, run);
        image = KeepCopyright.Apply(image, Copyrights(image), run, orientation: header.Orientation);
        var format = header.HasAlpha || header.IsLossless ? OriginalFormat.Png : OriginalFormat.Jpg;
        var path = $"{request.WorkingCopyPath}.{format.Name()}";
        if (format == OriginalFormat.Png)
            image.Pngsave(path, compression: 2, filter: Enums.ForeignPngFilter.Sub, keep: Enums.ForeignKeep.Exif);
        else
            image.Jpegsave(path, q: Quality, subsampleMode: Enums.ForeignSubsample.Off, keep: Enums.ForeignKeep.Exif);
        return new RasterFile(path, format, []);
    }

    private static Copyright Copyrights(Image image) =>
        image.Contains("exif-data") && image.Get("exif-data") is byte[] exif ? ExifFacts.Copyright(exif) : default;
}
