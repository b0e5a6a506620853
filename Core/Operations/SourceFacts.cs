namespace ImageService.Core.Operations;

/// <summary>What the canonical form needs to know of the original.</summary>
/// <param name="Width">px, upright.</param>
/// <param name="Height">px, upright.</param>
/// <param name="HasAlpha">Whether any transparency is stored.</param>
/// <param name="Frames">1 for a still picture.</param>
/// <param name="ContentHash">SHA-256 of the original's bytes, lower-case hex.</param>
/// <param name="FocalX">The asset's focal point from the left, 0 to 1, in the upright original; null where none is set.</param>
/// <param name="FocalY">The same from the top.</param>
/// <param name="Format">The original's own format; null where it cannot be delivered (TIFF, HEIC, SVG), so that <c>original</c> always converts.</param>
public sealed record SourceFacts(
    int Width,
    int Height,
    bool HasAlpha,
    int Frames,
    string ContentHash,
    double? FocalX,
    double? FocalY,
    ImageFormat? Format)
{
    /// <summary>
    /// Of a drawing (SVG) its own size, px: it has no pixels to enlarge, so <c>Width</c> and <c>Height</c> are the largest that it is drawn at, in the same
    /// proportions. Null of a picture.
    /// </summary>
    public (int Width, int Height)? Drawing { get; init; }

    /// <summary>Facts of a drawing of the given size: as if it had more pixels along its longer side than may be asked for.</summary>
    public SourceFacts AsDrawing()
    {
        var factor = (OperationsGrammar.MaxSidePx / Math.Max(Width, Height)) + 1;
        return this with { Width = Width * factor, Height = Height * factor, Drawing = (Width, Height) };
    }

    /// <summary>What it takes in each format at equal looks; null until the worker has measured it.</summary>
    public MeasuredEncodings? Encodings { get; init; }

    /// <summary>Whether the variant takes the original's gain map along (policy <c>preserve_hdr</c>), which only the original has.</summary>
    public bool KeepsHdr { get; init; }

    /// <summary>What decoding it takes at its peak, bytes, as judged when it was uploaded; null where it was not.</summary>
    public long? DecodeBytes { get; init; }

    /// <summary>CPU time that decoding it took when it was uploaded; null where it was not measured.</summary>
    public TimeSpan? DecodeCpu { get; init; }
}
