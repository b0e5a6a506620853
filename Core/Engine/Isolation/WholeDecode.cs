using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>Decodes every pixel of a file, strictly, and keeps a small raster of the first frame.</summary>
internal static class WholeDecode
{
    // Complaints of libjpeg about files that decode to the right picture: padding that cameras leave, and odd version numbers.
    private static readonly string[] Harmless = ["extraneous bytes before marker", "unknown JFIF revision", "Invalid SOS parameters for sequential JPEG"];

    /// <param name="path">The file.</param>
    /// <param name="header">Judged already.</param>
    /// <param name="run">Owner of what is made.</param>
    /// <param name="side">Least length of the raster's longer side, where the picture has it.</param>
    /// <exception cref="VipsException">It is truncated or corrupt.</exception>
    public static Image Run(string path, ImageHeader header, TransformRun run, int side)
    {
        try
        {
            return Decode(path, header, run, side, Enums.FailOn.Warning);
        }
        catch (VipsException failure) when (IsHarmless(failure.Message))
        {
            return Decode(path, header, run, side, Enums.FailOn.Error);
        }
    }

    private static Image Decode(string path, ImageHeader header, TransformRun run, int side, Enums.FailOn failOn)
    {
        var reduction = Math.Max(1, Math.Max(header.Width, header.Height) / side);
        if (header.Frames > 1)
        {
            using var roll = OriginalFile.Open(path, header.Format, allFrames: true, shrink: 1, failOn);
            _ = roll.Avg();
        }

        // The entropy decoder reads every bit of a JPEG whatever the scale.
        var shrink = header.Format != OriginalFormat.Jpg ? 1 : reduction >= 8 ? 8 : reduction >= 4 ? 4 : reduction >= 2 ? 2 : 1;
        var image = run.Keep(OriginalFile.Open(path, header.Format, allFrames: false, shrink, failOn));
        return run.Settle(Reduce(image, reduction / shrink, run));
    }

    // Rounded up, so that the last rows are read too.
    private static Image Reduce(Image image, int reduction, TransformRun run)
    {
        if (reduction < 2)
            return image;
        if (!image.HasAlpha())
            return run.Keep(image.Shrink(reduction, reduction, ceil: true));
        using var premultiplied = image.Premultiply();
        using var shrunk = premultiplied.Shrink(reduction, reduction, ceil: true);
        using var plain = shrunk.Unpremultiply();
        return run.Keep(plain.Cast(image.Format));
    }

    private static bool IsHarmless(string message)
    {
        var complaints = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line.Contains("VipsJpeg", StringComparison.Ordinal) && !line.Contains("read gave", StringComparison.Ordinal))
            .ToList();
        return complaints.Count > 0 && complaints.TrueForAll(line => Array.Exists(Harmless, known => line.Contains(known, StringComparison.Ordinal)));
    }
}
