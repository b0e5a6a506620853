using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>Which formats this installation can write: JPEG XL on x64 alone, the others everywhere. Thread-safe.</summary>
/// <param name="architecture">Of this process.</param>
public sealed class EncoderSupport(Architecture architecture)
{
    // Sets of policies live as long as the policies do.
    private readonly ConditionalWeakTable<IReadOnlySet<ImageFormat>, IReadOnlySet<ImageFormat>> _known = [];

    /// <summary>Whether a format can be written.</summary>
    public bool Writes(ImageFormat format) => format != ImageFormat.Jxl || architecture is Architecture.X64;

    /// <summary>Those of a set that can be written; the same set where all can.</summary>
    public IReadOnlySet<ImageFormat> Among(IReadOnlySet<ImageFormat> formats) =>
        Writes(ImageFormat.Jxl) ? formats : _known.GetValue(formats, all => all.Where(Writes).ToHashSet());
}
