namespace ImageService.Core.Operations;

/// <summary>What the canonical form needs to know of the original.</summary>
public sealed record SourceFacts
{
    /// <summary>px, upright.</summary>
    public required int Width { get; init; }

    /// <summary>px, upright.</summary>
    public required int Height { get; init; }

    /// <summary>Whether any transparency is stored.</summary>
    public required bool HasAlpha { get; init; }

    /// <summary>1 for a still picture.</summary>
    public required int Frames { get; init; }

    /// <summary>SHA-256 of the original's bytes, lower-case hex.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The asset's focal point from the left, 0 to 1, in the upright original; null where none is set.</summary>
    public required double? FocalX { get; init; }

    /// <summary>The same from the top.</summary>
    public required double? FocalY { get; init; }

    /// <summary>The original's own format; null where it cannot be delivered (TIFF, HEIC, SVG), so that <c>original</c> always converts.</summary>
    public required ImageFormat? Format { get; init; }

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
