using System.Globalization;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Scoring;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Benchmarks.Engine;

/// <summary>
/// Bytes and SSIMULACRA 2 of every picture of a folder in each format over a ladder of qualities, as the encoders are set: one line a file and quality, and
/// at the end, by format, which quality leads to which mean score and what it takes.
/// </summary>
internal static class QualityReport
{
    private static readonly int[] Ladder = [40, 50, 60, 65, 70, 75, 80, 85, 90, 95];
    private static readonly ImageFormat[] Formats = [ImageFormat.Jpg, ImageFormat.Webp, ImageFormat.Avif, ImageFormat.Jxl];

    public static int Run(string folder)
    {
        var rows = new List<Row>();
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            using var read = Image.NewFromFile(path);
            using var opaque = read.HasAlpha() ? read.Flatten(background: [255, 255, 255]) : read.Copy();
            using var coloured = opaque.Colourspace(Enums.Interpretation.Srgb);
            using var picture = coloured.CopyMemory();
            var judge = new Ssimulacra2(picture.WriteToMemory<byte>(), picture.Width, picture.Height);
            foreach (var format in Formats)
            {
                foreach (var quality in Ladder)
                {
                    var before = Environment.CpuUsage.TotalTime;
                    var file = Encoders.Encode(picture, format, quality, keepExif: false, hasPalette: false);
                    var cpu = Environment.CpuUsage.TotalTime - before;
                    var score = judge.Score(EncodedPixels.Of(file, format));
                    rows.Add(new Row
                    {
                        File = Path.GetFileNameWithoutExtension(path),
                        Format = format,
                        Quality = quality,
                        Bytes = file.Length,
                        Score = score,
                        Cpu = cpu.TotalMilliseconds,
                    });
                    Console.WriteLine(rows[^1]);
                }
            }
        }

        foreach (var group in rows.GroupBy(static row => (row.Format, row.Quality)))
        {
            var bytes = Math.Exp(group.Average(static row => Math.Log(row.Bytes)));
            var (score, cpu) = (group.Average(static row => row.Score), group.Average(static row => row.Cpu));
            Console.WriteLine(FormattableString.Invariant(
                $"mean {group.Key.Format.Name()} {group.Key.Quality}: score {score:0.0}, {bytes:0} bytes, {cpu:0} ms"));
        }

        return 0;
    }

    private sealed record Row
    {
        public required string File { get; init; }

        public required ImageFormat Format { get; init; }

        public required int Quality { get; init; }

        public required int Bytes { get; init; }

        public required double Score { get; init; }

        public required double Cpu { get; init; }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}\t{Format.Name()}\t{Quality}\t{Bytes}\t{Score:0.00}\t{Cpu:0}");
    }
}
