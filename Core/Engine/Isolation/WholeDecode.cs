using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Decodes every pixel of a file and keeps a small raster of the first frame. What decides is whether all pixels came: decoders' complaints about tags,
/// markers and
/// version numbers are no corruption, missing data is.
/// </summary>
internal static class WholeDecode
{
    /// <param name="path">The file.</param>
    /// <param name="header">Judged already.</param>
    /// <param name="run">Owner of what is made.</param>
    /// <param name="side">Least length of the raster's longer side, where the picture has it.</param>
    /// <exception cref="VipsException">It is truncated or corrupt.</exception>
    public static Image Run(string path, ImageHeader header, TransformRun run, int side)
    {
        var file = OriginalFile.At(path, header.Format);
        if (header.Format != OriginalFormat.Jpg)
            return Decode(file, header, run, side, Enums.FailOn.Error);
        try
        {
            return DecodeStrictly(file, header, run, side);
        }
        catch (VipsException complaint) when (!JpegComplaint.IsLostPixels(complaint.Message))
        {
            return DecodeMended(path, header, run, side);
        }
    }

    // libjpeg tells its first complaint only. With the known causes mended, the first that is left is one of pixels, if any is.
    private static Image DecodeMended(string path, ImageHeader header, TransformRun run, int side)
    {
        var mended = OriginalFile.Of(JpegComplaint.Mend(File.ReadAllBytes(path)), header.Format);
        try
        {
            return DecodeStrictly(mended, header, run, side);
        }
        catch (VipsException complaint) when (!JpegComplaint.IsLostPixels(complaint.Message))
        {
            return Decode(mended, header, run, side, Enums.FailOn.Error);
        }
    }

    // Any complaint is thrown.
    private static Image DecodeStrictly(OriginalFile file, ImageHeader header, TransformRun run, int side)
    {
        JpegComplaint.Forget();
        var raster = Decode(file, header, run, side, Enums.FailOn.Warning);
        JpegComplaint.ThrowKept();
        return raster;
    }

    private static Image Decode(OriginalFile file, ImageHeader header, TransformRun run, int side, Enums.FailOn failOn)
    {
        var reduction = Math.Max(1, Math.Max(header.Width, header.Height) / side);
        if (header.Frames > 1)
        {
            using var roll = file.Open(allFrames: true, shrink: 1, failOn);
            _ = roll.Avg();
        }

        // The entropy decoder reads every bit of a JPEG whatever the scale. It rounds down: a thin picture would have no width left.
        var most = Math.Min(reduction, Math.Min(header.Width, header.Height));
        var shrink = header.Format != OriginalFormat.Jpg ? 1 : most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1;
        var image = run.Keep(file.Open(allFrames: false, shrink, failOn));
        return run.Settle(Reduce(image, Math.Min(reduction / shrink, image.Width), Math.Min(reduction / shrink, image.Height), run));
    }

    // Rounded up, so that the last rows are read too.
    private static Image Reduce(Image image, int across, int down, TransformRun run)
    {
        if (across < 2 && down < 2)
            return image;
        if (!image.HasAlpha())
            return run.Keep(image.Shrink(across, down, ceil: true));
        using var premultiplied = image.Premultiply();
        using var shrunk = premultiplied.Shrink(across, down, ceil: true);
        using var plain = shrunk.Unpremultiply();
        return run.Keep(plain.Cast(image.Format));
    }
}
