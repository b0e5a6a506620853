using System.Globalization;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Scoring;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Benchmarks.Engine;

/// <summary>
/// Bytes and SSIMULACRA 2 of what nobody says a quality for: the default map and <c>q_auto</c> beside 85 and beside others' defaults; and <c>fmt_auto</c>
/// beside the smallest of all formats tried by hand. Groups are the names of files up to their first dash (<c>photo-…</c>, <c>drawing-…</c>, <c>screen-…</c>).
/// </summary>
internal static class DefaultsReport
{
    private const int Fixed = 85;
    private const int Lowest = 30;
    private const double Enough = EncodingMeasurement.Target - 0.5;
    private static readonly ImageFormat[] Lossy = [ImageFormat.Jpg, ImageFormat.Webp, ImageFormat.Avif, ImageFormat.Jxl];

    public static async Task<int> RunAsync(string folder, string[] sharp)
    {
        using var bench = new Bench();
        var work = Directory.CreateTempSubdirectory("bench-defaults-");
        try
        {
            var pictures = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => Settled(path, work.FullName)).ToList();
            var peers = work.CreateSubdirectory("sharp").FullName;
            if (sharp.Length > 0)
                PeerEncodings.BySharp(sharp[0], pictures, peers);
            var (cells, choices) = (new List<Cell>(), new List<Choice>());
            foreach (var path in pictures)
            {
                using var picture = Image.NewFromFile(path).CopyMemory();
                var judged = new Judged(Path.GetFileNameWithoutExtension(path), picture);
                var source = new TransformSource(await File.ReadAllBytesAsync(path), OriginalFormat.Png, IsIntermediate: false, KeepCopyright: false);
                var measured = (await bench.Engine.MeasureAsync(source, [.. Lossy, ImageFormat.Png], null, CancellationToken.None)).Value;
                var ours = Lossy.SelectMany(format => Ours(judged, format, measured)).ToList();
                cells.AddRange(ours);
                foreach (var format in PeerEncodings.Formats)
                {
                    cells.Add(judged.Score("imgproxy", format, PeerEncodings.AsImgproxy(picture, format)));
                    if (sharp.Length > 0)
                        cells.Add(judged.Score("sharp", format, await File.ReadAllBytesAsync(Path.Combine(peers, $"{judged.Name}.{format.Name()}"))));
                }

                choices.Add(Chosen(judged, measured, ours));
                Console.Error.WriteLine(choices[^1]);
            }

            DefaultsTable.Write(cells, choices);
        }
        finally
        {
            work.Delete(recursive: true);
        }

        return 0;
    }

    // What every encoder is given: opaque 8 bit sRGB.
    private static string Settled(string path, string work)
    {
        using var read = Image.NewFromFile(path);
        using var opaque = read.HasAlpha() ? read.Flatten(background: [255, 255, 255]) : read.Copy();
        using var coloured = opaque.Colourspace(Enums.Interpretation.Srgb);
        using var bytes = coloured.Cast(Enums.BandFormat.Uchar);
        var settled = Path.Combine(work, $"{Path.GetFileNameWithoutExtension(path)}.png");
        bytes.Pngsave(settled, compression: 1, keep: Enums.ForeignKeep.None);
        return settled;
    }

    private static IEnumerable<Cell> Ours(Judged judged, ImageFormat format, MeasuredEncodings measured)
    {
        var usual = DefaultQualities.Of(format);

        // A point below the default, so that bytes at any score in between are known.
        yield return judged.Score("lower", format, usual - 12);
        yield return judged.Score("default", format, usual);
        yield return judged.Score("85", format, Fixed);
        yield return judged.Score("auto", format, measured.QualityOf(format) ?? usual);
    }

    private static Choice Chosen(Judged judged, MeasuredEncodings measured, List<Cell> ours)
    {
        var byHand = Lossy.ToDictionary(static format => format, format => judged.Least(format, [.. ours.Where(cell => cell.Format == format)]));
        byHand[ImageFormat.Png] = judged.Encode(ImageFormat.Png, Fixed).Length;
        var (least, bytes) = byHand.MinBy(static pair => pair.Value);
        var chosen = measured.Order[0];
        var delivered = ours.Find(cell => cell.Format == chosen && cell.Setting == "auto");
        return new Choice
        {
            Name = judged.Name,
            Format = chosen,
            Bytes = delivered?.Bytes ?? byHand[chosen],
            Score = delivered?.Score ?? 100,
            Smallest = least,
            SmallestBytes = bytes,
            Jpeg = byHand[ImageFormat.Jpg],
        };
    }

    /// <summary>One picture, and what judges its files.</summary>
    private sealed class Judged(string name, Image picture)
    {
        private readonly Ssimulacra2 _judge = new(picture.WriteToMemory<byte>(), picture.Width, picture.Height);

        public string Name => name;

        public byte[] Encode(ImageFormat format, int quality) => Encoders.Encode(picture, format, quality, keepExif: false, hasPalette: false);

        public Cell Score(string setting, ImageFormat format, int quality) =>
            Score(setting, format, Encode(format, quality)) with { Quality = quality };

        public Cell Score(string setting, ImageFormat format, byte[] file) => new()
        {
            Group = name.Split('-')[0],
            Setting = setting,
            Format = format,
            Bytes = file.Length,
            Score = _judge.Score(EncodedPixels.Of(file, format)),
        };

        /// <summary>
        /// Bytes at the least quality that reaches the target on the whole picture, between two that are known; what is kept without loss has them at any.
        /// </summary>
        public int Least(ImageFormat format, List<Cell> known)
        {
            for (var tries = 0; tries < 6; tries++)
            {
                var above = known.Where(static cell => cell.Score >= Enough).MinBy(static cell => (cell.Quality, cell.Bytes));
                var below = known.Where(cell => cell.Score < Enough && (above is null || cell.Quality < above.Quality)).MaxBy(static cell => cell.Quality);
                if (above is not null && (below is null ? above.Quality <= Lowest || above.Score > 99.9 : above.Quality - below.Quality <= 1))
                    break;
                known.Add(Score("", format, (above, below) switch
                {
                    (null, _) => Math.Min(100, below!.Quality + 4),
                    (_, null) => Math.Max(Lowest, above.Quality - 8),
                    _ => Between(above, below),
                }));
            }

            return known.Where(static cell => cell.Score >= Enough).Select(static cell => cell.Bytes).DefaultIfEmpty(int.MaxValue).Min();
        }

        // As if scores were straight over qualities.
        private static int Between(Cell above, Cell below)
        {
            var room = above.Quality - below.Quality;
            return below.Quality + Math.Clamp((int)Math.Round(room * (Enough - below.Score) / (above.Score - below.Score)), 1, room - 1);
        }
    }
}

/// <summary>One file of one picture.</summary>
internal sealed record Cell
{
    public required string Group { get; init; }

    public required string Setting { get; init; }

    public required ImageFormat Format { get; init; }

    /// <summary>On our own scale; 0 where others wrote it.</summary>
    public int Quality { get; init; }

    public required int Bytes { get; init; }

    public required double Score { get; init; }
}

/// <summary>What <c>fmt_auto-q_auto</c> gives of one picture to who takes every format, and the smallest that was found by hand.</summary>
internal sealed record Choice
{
    public required string Name { get; init; }

    public required ImageFormat Format { get; init; }

    public required int Bytes { get; init; }

    public required double Score { get; init; }

    public required ImageFormat Smallest { get; init; }

    public required int SmallestBytes { get; init; }

    /// <summary>Bytes of the JPEG that looks alike.</summary>
    public required int Jpeg { get; init; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Name}: {Format.Name()} {Bytes} ({Score:0.0}); by hand {Smallest.Name()} {SmallestBytes}, jpg {Jpeg}");
}
