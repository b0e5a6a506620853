using ImageService.Core.Errors;
using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>
/// Shrinks what would take more memory than one transform may have: full-size pictures in formats whose encoders hold them whole (AVIF, GIF, WebP). The
/// size that
/// results is part of the canonical form, so that the same key means the same bytes whatever the budget was. Pure.
/// </summary>
public static class SizeBudget
{
    // What decoding leaves to the output at the least, of the whole.
    private const int LeastShare = 4;

    // Each further try is this much smaller, for sizes are whole numbers.
    private const double Step = 0.99;
    private const int Tries = 20;
    private const int AnyQuality = 85;

    /// <summary>Resolves operations to what the budget holds.</summary>
    /// <param name="operations">With the preset merged.</param>
    /// <param name="format">Output format.</param>
    /// <param name="source">The original.</param>
    /// <param name="read">Format of the bytes that are read.</param>
    /// <param name="qualityDefault">Used where no quality is said.</param>
    /// <param name="budget">Bytes that one transform may hold.</param>
    /// <param name="overlayLayers">Of the overlays that are drawn.</param>
    /// <returns>The canonical form, and whether it is smaller than what was asked for.</returns>
    public static Result<(CanonicalOperations Canonical, bool IsLimited)> Resolve(
        ImageOperations operations, ImageFormat format, SourceFacts source, OriginalFormat read, int qualityDefault, long budget, int overlayLayers = 0)
    {
        if (!Canonical(operations).TryGet(out var whole, out var error))
            return error;
        if (Fits(whole, source, read, budget))
            return (whole, false);
        var size = TransformPlan.Of(whole, source).Output;
        var output = MemoryEstimate.ForOutput(whole, source, size);
        var room = Math.Max(budget - (MemoryEstimate.ForTransform(read, source, whole, makesIntermediate: false) - output), budget / LeastShare);
        if (output <= room)
            return (whole, false);
        var scale = Math.Sqrt((double)room / output);
        var smaller = whole;
        for (var tried = 0; tried < Tries; tried++, scale *= Step)
        {
            if (!Canonical(Scaled(operations, size, scale)).TryGet(out smaller, out error))
                return error;
            if (MemoryEstimate.ForOutput(smaller, source, TransformPlan.Of(smaller, source).Output) <= room)
                break;
        }

        return (smaller, true);

        Result<CanonicalOperations> Canonical(ImageOperations asked) =>
            CanonicalOperations.Resolve(asked, format, source, qualityDefault).Map(canonical => canonical with { OverlayLayers = overlayLayers });
    }

    /// <summary>What reading an original may take, so that there is room for what comes out, however it was asked for.</summary>
    /// <param name="budget">Bytes that one transform may hold.</param>
    public static long ForReading(long budget) => Math.Max(0, budget - (budget / LeastShare) - MemoryEstimate.Floor);

    /// <summary>
    /// What reading an original takes together with its file, which is held meanwhile; never more than leaves room for what comes out, so that no file is too
    /// large to be delivered at all.
    /// </summary>
    /// <param name="decode">Bytes that decoding takes.</param>
    /// <param name="file">Bytes of the file; the first few are within <see cref="MemoryEstimate"/>'s errors.</param>
    /// <param name="budget">Bytes that one transform may hold.</param>
    public static long Reading(long decode, long file, long budget) =>
        Math.Max(decode, Math.Min(decode + Math.Max(0, file - MemoryEstimate.Floor), ForReading(budget)));

    /// <summary>Whether a picture of this size is one that the budget always holds; without a look at what else was asked for.</summary>
    /// <param name="operations">With the preset merged.</param>
    /// <param name="width">Of the original, px.</param>
    /// <param name="height">Of the original, px.</param>
    /// <param name="frames">Of the original.</param>
    /// <param name="budget">Bytes that one transform may hold.</param>
    public static bool IsSmall(ImageOperations operations, int width, int height, int frames, long budget)
    {
        var pixels = (long)width * height;
        var most = (operations.Width, operations.Height, operations.Fit) switch
        {
            ({ } w, { } h, not Fit.Outside) => (long)w * h,
            ({ } w, null, _) when operations.Rotation is null => Math.Min(pixels, (long)w * w * height / width),
            (null, { } h, _) when operations.Rotation is null => Math.Min(pixels, (long)h * h * width / height),
            _ => pixels,
        };
        return most * frames * MemoryEstimate.MostBytes <= budget / LeastShare;
    }

    /// <summary>Whether the budget holds the picture as it was asked for.</summary>
    /// <param name="operations">With the preset merged.</param>
    /// <param name="format">Output format.</param>
    /// <param name="source">The original.</param>
    /// <param name="read">Format of the bytes that are read.</param>
    /// <param name="budget">Bytes that one transform may hold.</param>
    public static bool Holds(ImageOperations operations, ImageFormat format, SourceFacts source, OriginalFormat read, long budget) =>
        !CanonicalOperations.Resolve(operations, format, source, AnyQuality).TryGet(out var whole, out _)
        || Fits(whole, source, read, budget);

    private static bool Fits(CanonicalOperations operations, SourceFacts source, OriginalFormat read, long budget) =>
        operations.Operations.Original || MemoryEstimate.ForTransform(read, source, operations, makesIntermediate: false) <= budget;

    // In proportion where one side or none was asked for; a box keeps its shape.
    private static ImageOperations Scaled(ImageOperations operations, PixelSize size, double scale)
    {
        var isBox = operations is { Width: not null, Height: not null } or { AspectRatio: not null };
        return operations with
        {
            Original = false,
            AspectRatio = null,
            Dpr = null,
            Width = Math.Clamp((int)(size.Width * scale), 1, OperationsGrammar.MaxSidePx),
            Height = isBox ? Math.Clamp((int)(size.Height * scale), 1, OperationsGrammar.MaxSidePx) : null,
        };
    }
}
