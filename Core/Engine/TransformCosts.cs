using System.Collections.Concurrent;
using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>
/// What CPU time a transform is expected to take: judged from facts (how long the original took to decode on upload, how many pixels go in and come out), and
/// corrected by what transforms of its kind took lately, for machines and pictures differ. Thread-safe.
/// </summary>
public sealed class TransformCosts
{
    // What was measured counts a tenth less with each measurement after it.
    private const double Memory = 0.9;
    private const double MostCorrection = 10;
    private const double Floor = 0.008;

    // A process is started for it.
    private const double Drawing = 0.15;
    private const double Nanosecond = 1e-9;

    // Nanoseconds a pixel of an overlay.
    private const double Laying = 25;

    // Nanoseconds a pixel that is looked at for its borders.
    private const double Looking = 25;

    // Share of its picture's work that a gain map of one channel and a quarter of the pixels takes; what larger ones take is learnt.
    private const double GainMap = 0.4;

    private readonly ConcurrentDictionary<(ImageFormat Output, SourceKind Source), Correction> _corrections = new();

    private enum SourceKind
    {
        Stripped,
        Original,
        OriginalWithMap,
        Intermediate,
        IntermediateToMake,
    }

    /// <summary>CPU time that a transform is expected to take.</summary>
    /// <param name="format">Format of the original.</param>
    /// <param name="source">The original's facts.</param>
    /// <param name="operations">What is asked for.</param>
    /// <param name="makesIntermediate">Whether the intermediate it derives from has to be made first.</param>
    public TimeSpan Expect(OriginalFormat format, SourceFacts source, CanonicalOperations operations, bool makesIntermediate)
    {
        var kind = KindOf(source, operations, makesIntermediate);
        var ratio = _corrections.TryGetValue((operations.Format, kind), out var correction) ? correction.Ratio : 1;
        return TimeSpan.FromSeconds(Judge(format, source, operations, kind) * ratio);
    }

    /// <summary>Notes what one took.</summary>
    /// <param name="format">As for <see cref="Expect"/>.</param>
    /// <param name="source">Likewise.</param>
    /// <param name="operations">Likewise.</param>
    /// <param name="makesIntermediate">Likewise.</param>
    /// <param name="cpu">CPU time of all of it.</param>
    public void Learn(OriginalFormat format, SourceFacts source, CanonicalOperations operations, bool makesIntermediate, TimeSpan cpu)
    {
        var kind = KindOf(source, operations, makesIntermediate);
        _corrections.GetOrAdd((operations.Format, kind), static _ => new Correction()).Learn(Judge(format, source, operations, kind), cpu.TotalSeconds);
    }

    private static SourceKind KindOf(SourceFacts source, CanonicalOperations operations, bool makesIntermediate) =>
        operations.Operations.Original ? SourceKind.Stripped
        : !SourceChoice.UsesIntermediate(operations, source) ? source.KeepsHdr ? SourceKind.OriginalWithMap : SourceKind.Original
        : makesIntermediate ? SourceKind.IntermediateToMake
        : SourceKind.Intermediate;

    // Seconds. Figures of docs/engine.md.
    private static double Judge(OriginalFormat format, SourceFacts source, CanonicalOperations operations, SourceKind kind)
    {
        var size = new PixelSize(source.Width, source.Height);
        if (kind == SourceKind.Stripped)
            return Floor + (size.Pixels * Nanosecond);
        var frames = operations.Format.CanAnimate() ? source.Frames : 1;
        var pixels = TransformPlan.Of(operations, source).Output.Pixels;
        var output = pixels * frames * (Encoding(operations.Format, pixels) + (operations.OverlayLayers * Laying));
        var decoding = source.Drawing is not null
            ? Drawing + (pixels * Decoding(OriginalFormat.Svg) * Nanosecond)
            : source.DecodeCpu?.TotalSeconds ?? size.Pixels * frames * Decoding(format) * Nanosecond;
        if (operations.Operations.Trim is not null)
            decoding += (source.Drawing is null ? size.Pixels : pixels) * frames * Looking * Nanosecond;
        var intermediate = SourceChoice.IntermediateSize(size).Pixels * Nanosecond;
        return Floor + (output * Nanosecond) + kind switch
        {
            SourceKind.Original => decoding,
            SourceKind.OriginalWithMap => decoding + ((decoding + (output * Nanosecond)) * GainMap),
            SourceKind.Intermediate => intermediate * 5,
            _ => decoding + (intermediate * 30),
        };
    }

    // Nanoseconds a pixel, where the upload did not measure it.
    private static double Decoding(OriginalFormat format) => format switch
    {
        OriginalFormat.Jpg => 9,
        OriginalFormat.Avif => 25,
        OriginalFormat.Tiff => 6,
        OriginalFormat.Svg => 60,
        _ => 15,
    };

    // Nanoseconds a pixel, resizing included.
    private static double Encoding(ImageFormat format, long pixels) => format switch
    {
        ImageFormat.Jpg => 15,
        ImageFormat.Webp => 50,
        ImageFormat.Png => 130,
        ImageFormat.Gif => 240,
        ImageFormat.Jxl => 290,
        _ => pixels <= 1_200_000 ? 250 : pixels <= 2_200_000 ? 150 : 70,
    };

    private sealed class Correction
    {
        private readonly Lock _lock = new();
        private double _judged;
        private double _measured;

        public double Ratio
        {
            get
            {
                lock (_lock)
                    return _judged > 0 ? Math.Clamp(_measured / _judged, 1 / MostCorrection, MostCorrection) : 1;
            }
        }

        public void Learn(double judged, double measured)
        {
            lock (_lock)
                (_judged, _measured) = ((_judged * Memory) + judged, (_measured * Memory) + measured);
        }
    }
}
