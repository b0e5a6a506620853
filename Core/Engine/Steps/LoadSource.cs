using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Opens the source as small as it may be decoded.</summary>
internal static class LoadSource
{
    /// <summary>
    /// Opens anew where the decoder itself can shrink (JPEG, all of it: a part's edges would lie between shrunk pixels), else takes the image whose header
    /// was read.
    /// </summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="opened">The image whose header was read.</param>
    /// <param name="run">Plan and header.</param>
    public static Image Apply(ReadOnlyMemory<byte> bytes, Image opened, TransformRun run)
    {
        var shrink = run.Header.Format == OriginalFormat.Jpg && run.Area is null ? ShrinkOnLoad(Reduction(run), NeedsCare(run)) : 1;
        return shrink == 1 ? opened : run.Keep(ImageHeader.Open(bytes, run.Header.Format, allFrames: false, shrink));
    }

    /// <summary>How much a JPEG may be reduced while decoding: 1, 2, 4 or 8.</summary>
    /// <param name="reduction">Source pixels per output pixel.</param>
    /// <param name="careful">Leaves at least a factor of two to the better filter that follows; costs about a sixth more.</param>
    public static int ShrinkOnLoad(double reduction, bool careful)
    {
        var spare = careful ? 2 : 1;
        var shrink = reduction >= 8 * spare ? 8 : reduction >= 4 * spare ? 4 : reduction >= 2 * spare ? 2 : 1;

        // Shrinking by almost all of it would leave little to the filter, and the decoder's own is the worse one.
        return shrink > 1 && (int)reduction == shrink ? shrink / 2 : shrink;
    }

    // Of the bytes that are read: an intermediate is smaller than the source that the plan speaks of.
    private static double Reduction(TransformRun run)
    {
        var (read, resized) = (run.Header.Upright, run.Plan.Resized);
        var (width, height) = run.Operations.Rotation is 90 or 270 ? (read.Height, read.Width) : (read.Width, read.Height);
        return Math.Min((double)width / resized.Width, (double)height / resized.Height);
    }

    // Lossless or nearly lossless output would show the difference.
    private static bool NeedsCare(TransformRun run) => run.Format == ImageFormat.Png || run.Operations.Quality is { Value: >= 90 };
}
