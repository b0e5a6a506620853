using ImageService.Core.Engine.Overlays;
using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>The bytes a transform reads.</summary>
/// <param name="Bytes">The whole encoded image; must not change while the transform runs.</param>
/// <param name="Format">What the registry says of the original. The engine looks at the content all the same, so a working copy of a HEIC or SVG may say
/// either.</param>
/// <param name="IsIntermediate">Whether these are the bytes of <c>TransformEngine.MakeIntermediateAsync</c> (upright, sRGB) and not the original's.</param>
/// <param name="KeepCopyright">Policy <c>keep_copyright</c>: artist and copyright survive, nothing else does.</param>
public sealed record TransformSource(ReadOnlyMemory<byte> Bytes, OriginalFormat Format, bool IsIntermediate, bool KeepCopyright)
{
    /// <summary>Whether the gain map of a JPEG goes with it (policy <c>preserve_hdr</c>).</summary>
    public bool KeepsHdr { get; init; }

    /// <summary>What is laid over the finished picture; null for nothing.</summary>
    public OverlayMaterial? Overlays { get; init; }

    /// <summary>
    /// Of a drawing that was made at the size of this transform, <c>crop</c> and all: the size that its operations were resolved for, px; else null.
    /// </summary>
    public PixelSize? DrawnFrom { get; init; }
}

/// <summary>How much one transform may read and how long it may take.</summary>
/// <param name="MaxPixels">Width × height × frames of the source.</param>
/// <param name="MaxFrames">Frames of the source.</param>
/// <param name="Timeout">Wall time; null: the engine's own (<see cref="EngineOptions.TransformTimeout"/>).</param>
public sealed record TransformLimits(long MaxPixels, int MaxFrames, TimeSpan? Timeout)
{
    /// <summary>The defaults of the policies <c>max_input_pixels</c> and <c>max_input_frames</c>.</summary>
    public static TransformLimits Default { get; } = new(100_000_000, 1000, null);

    /// <summary>Told what the transform took, however it ends.</summary>
    public CpuUse? Use { get; init; }
}

/// <summary>An encoded result.</summary>
public sealed record TransformedImage
{
    /// <summary>The whole file.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Its format.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>px.</summary>
    public required int Width { get; init; }

    /// <summary>px, of one frame.</summary>
    public required int Height { get; init; }

    /// <summary>1 for still images.</summary>
    public required int Frames { get; init; }

    /// <summary>CPU spent on it by the thread that ran it and libvips' threads, as far as the platform tells.</summary>
    public required TimeSpan CpuTime { get; init; }
}

/// <summary>An original without its metadata; every pixel as uploaded.</summary>
/// <param name="Bytes">The whole file, in the original's format.</param>
/// <param name="Format">The original's format.</param>
/// <param name="Changed">False where there was nothing to remove and the bytes are the very same.</param>
public sealed record StrippedOriginal(ReadOnlyMemory<byte> Bytes, OriginalFormat Format, bool Changed);
