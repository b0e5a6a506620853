using ImageService.Core.Engine.Isolation;
using ImageService.Core.Engine.Steps;
using ImageService.Core.Engine.Stripping;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.GainMaps;

/// <summary>Carries an original's gain map to what is made of it (policy <c>preserve_hdr</c>).</summary>
internal static class KeepGainMap
{
    private const int Quality = 85;

    private static readonly ImageOperations Nothing = new();

    /// <summary>
    /// Whether a variant keeps the gain map that its original may have: a JPEG of a JPEG, resized, cropped by its fit, turned or mirrored, or the original
    /// itself. What changes tones, adds to the picture or cuts it before it is resized is for ordinary screens, and so are icons.
    /// </summary>
    public static bool Applies(CanonicalOperations canonical, OriginalFormat original, int overlays) =>
        original == OriginalFormat.Jpg && canonical.Format == ImageFormat.Jpg && overlays == 0 && canonical.Operations is
        {
            Width: null or >= SourceChoice.LeastSideWithGainMap, Height: null or >= SourceChoice.LeastSideWithGainMap,
            Fit: not (Fit.Pad or Fit.Contain), Gravity: not Gravity.Smart,
        }
        && WithoutGeometry(canonical.Operations) == Nothing;

    // What the map goes along with is named, not what it does not: an operation that comes later is for ordinary screens until somebody says otherwise.
    private static ImageOperations WithoutGeometry(ImageOperations operations) => operations with
    {
        Original = false,
        Format = null,
        Quality = null,
        Width = null,
        Height = null,
        Fit = null,
        Gravity = null,
        FocalX = null,
        FocalY = null,
        Rotation = null,
        Flip = false,
        Flop = false,
        Sharpen = null,
    };

    /// <summary>Puts the gain map behind the variant, with the same geometry.</summary>
    /// <param name="picture">The variant's file.</param>
    /// <param name="source">The original's file.</param>
    /// <param name="run">How the variant was made.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>The same file where the original has no gain map, or one that cannot be read.</returns>
    public static byte[] Apply(byte[] picture, ReadOnlyMemory<byte> source, TransformRun run, CancellationToken stop)
    {
        if (GainMapFile.Find(source) is not { } map)
            return picture;
        try
        {
            return Resize(map, run, stop) is { } resized ? GainMapFile.Join(picture, map with { Jpeg = resized }) : picture;
        }
        catch (VipsException)
        {
            // The picture itself is whole; a map that is not makes nothing brighter.
            return picture;
        }
    }

    /// <summary>Puts the gain map behind an original that has lost its metadata; no pixel is decoded.</summary>
    public static StrippedOriginal Apply(StrippedOriginal stripped, ReadOnlyMemory<byte> source) =>
        GainMapFile.Find(source) is { } map && JpegStripper.Strip(map.Jpeg.Span, keepCopyright: false) is { } pieces
            ? stripped with { Bytes = GainMapFile.Join(stripped.Bytes.Span, map with { Jpeg = pieces.Of(map.Jpeg.Span) }), Changed = true }
            : stripped;

    private static byte[]? Resize(GainMap map, TransformRun run, CancellationToken stop)
    {
        // Nobody judged it at upload: as a part of the picture it is at most as large, and one that is decoded in several passes, over all of its
        // coefficients, takes memory that no lease was given for.
        var bytes = map.Jpeg.ToArray();
        using var file = new MemoryStream(bytes, writable: false);
        if (JpegStructure.Read(file) is not { IsProgressive: false, Scans: 1 })
            return null;
        using var opened = OpenedSource.Open(bytes, OriginalFormat.Jpg);
        if (opened.Header.Judge(bytes.Length, run.Header.Pixels, maxFrames: 1) is not null)
            return null;

        // It lies as the picture is stored, and its values are no colours.
        var header = opened.Header with { Orientation = run.Header.Orientation, Profile = ProfileKind.None, Signal = null };
        using var turn = new TransformRun(run.Plan, run.Operations, ImageFormat.Jpg, header, stop);
        var image = ResizePicture.Apply(turn.Keep(opened.Reopen(allFrames: false)), turn);
        image = CropPicture.Apply(Orient.Apply(image, turn), turn);
        return turn.Evaluate(image, static ready => ready.JpegsaveBuffer(q: Quality, optimizeCoding: true, keep: Enums.ForeignKeep.None));
    }
}
