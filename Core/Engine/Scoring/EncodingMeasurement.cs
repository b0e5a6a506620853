using ImageService.Core.Engine.Steps;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Scoring;

/// <summary>
/// Finds for one picture the quality of each format at which it looks as it should, and what the file takes then. On a copy of a quarter of a megapixel at most and
/// with three encodes a format, so that it takes a second or two of CPU.
/// </summary>
internal static class EncodingMeasurement
{
    /// <summary>SSIMULACRA 2 that is aimed at; why this much is in <c>docs/engine.md</c>.</summary>
    public const double Target = 78;

    private const double MostPixels = 250_000;

    // Of animations: all frames together. Larger ones are WebP, which takes least of almost all of them.
    private const long MostAnimatedPixels = 4_000_000;
    private const int Encodes = 3;
    private const double Tolerance = 0.5;

    // Points of the score for one of quality, until two are known.
    private const double UsualSlope = 0.6;
    private const int LowestQuality = 45;

    // A drawing that its encoder keeps without loss: every quality gives the same file, and other sizes of it may not be kept so.
    private const double Untouched = 99.9;
    private const int HighestQuality = 95;

    /// <summary>Measures a picture.</summary>
    /// <param name="source">The intermediate of a still picture, or an animation.</param>
    /// <param name="opened">The same, with its header read.</param>
    /// <param name="formats">To try; of an animation those that can hold one.</param>
    /// <param name="stop">Stops it between two encodes.</param>
    /// <returns>Empty for an animation of more than is tried.</returns>
    /// <exception cref="VipsException">Its pixels cannot be computed.</exception>
    public static MeasuredEncodings Of(TransformSource source, OpenedSource opened, IEnumerable<ImageFormat> formats, CancellationToken stop)
    {
        var header = opened.Header;
        if (header.Frames > 1 && header.Pixels > MostAnimatedPixels)
            return MeasuredEncodings.None;
        var original = header.Upright;
        var scale = header.Frames > 1 ? 1 : Math.Min(1, Math.Sqrt(MostPixels / original.Pixels));
        var operations = new ImageOperations
        {
            Width = Math.Max(1, (int)(original.Width * scale)), Height = Math.Max(1, (int)(original.Height * scale)),
            Fit = Fit.Fill
        };
        using var run = new TransformRun(TransformPlan.Make(operations, original, FocalPoint.Centre), operations, ImageFormat.Png, header, stop);
        if (header.Frames > 1)
            return OfAnimation(Frames.Apply(run.Keep(opened.Reopen(allFrames: true)), run, frame => ConvertColour.Apply(frame, run)), formats, run);
        var image = LoadSource.Apply(source.Bytes, run.Keep(opened.Reopen(allFrames: false)), run);
        image = ResizePicture.Apply(image, run);
        image = Orient.Apply(image, run);
        return OfStill(run.Settle(ConvertColour.Apply(image, run)), formats, run);
    }

    private static MeasuredEncodings OfStill(Image picture, IEnumerable<ImageFormat> formats, TransformRun run)
    {
        var opaque = picture.HasAlpha() ? run.Settle(run.Keep(picture.Flatten(background: [255, 255, 255]))) : picture;
        var judge = new Ssimulacra2(opaque.WriteToMemory<byte>(), opaque.Width, opaque.Height);
        var found = new Dictionary<ImageFormat, MeasuredEncoding>();
        foreach (var format in formats)
        {
            var written = format.HasAlpha() ? picture : opaque;
            found[format] = format.HasQuality()
                ? Search(written, opaque, format, judge, run) : new MeasuredEncoding(null, Encode(written, format, HighestQuality, run).Length);
        }

        return new MeasuredEncodings(found);
    }

    private static MeasuredEncodings OfAnimation(Image roll, IEnumerable<ImageFormat> formats, TransformRun run)
    {
        var settled = run.Settle(roll);
        return new MeasuredEncodings(formats.Where(static format => format.CanAnimate()).ToDictionary(
            static format => format,
            format => new MeasuredEncoding(null, Encode(settled, format, DefaultQualities.Of(format), run).Length)));
    }

    // By the secant: scores are nearly straight over qualities.
    private static MeasuredEncoding Search(Image picture, Image opaque, ImageFormat format, Ssimulacra2 judge, TransformRun run)
    {
        var tried = new List<(int Quality, double Score, int Bytes)>();
        var quality = DefaultQualities.Of(format);
        while (tried.Count < Encodes && tried.TrueForAll(one => one.Quality != quality))
        {
            tried.Add(Try(picture, opaque, format, quality, judge, run));
            if (tried[0].Score >= Untouched)
                return new MeasuredEncoding(tried[0].Quality, tried[0].Bytes);
            quality = Next(tried);
        }

        var reached = tried.Where(static one => one.Score >= Target - Tolerance).OrderBy(static one => one.Quality).ToList();
        var best = reached.Count > 0 ? reached[0] : tried.MaxBy(static one => one.Score);
        return new MeasuredEncoding(best.Quality, best.Bytes);
    }

    private static (int Quality, double Score, int Bytes) Try(Image picture, Image opaque, ImageFormat format, int quality, Ssimulacra2 judge, TransformRun run)
    {
        var file = Encode(opaque, format, quality, run);
        var bytes = ReferenceEquals(picture, opaque) ? file.Length : Encode(picture, format, quality, run).Length;
        return (quality, judge.Score(EncodedPixels.Of(file, format)), bytes);
    }

    private static int Next(List<(int Quality, double Score, int Bytes)> tried)
    {
        var last = tried[^1];
        var slope = tried.Count > 1 && last.Quality != tried[^2].Quality ? (last.Score - tried[^2].Score) / (last.Quality - tried[^2].Quality) : UsualSlope;
        return Math.Clamp((int)Math.Round(last.Quality + ((Target - last.Score) / Math.Max(slope, UsualSlope / 4))), LowestQuality, HighestQuality);
    }

    private static byte[] Encode(Image picture, ImageFormat format, int quality, TransformRun run) =>
        run.Evaluate(picture, ready => Encoders.Encode(ready, format, quality, keepExif: false, hasPalette: false));
}
