using System.Globalization;
using ImageService.Core.Operations;

namespace ImageService.Benchmarks.Engine;

/// <summary>The tables of <see cref="DefaultsReport"/>, in Markdown: geometric means of bytes, means of scores.</summary>
internal static class DefaultsTable
{
    private static readonly string[] Settings = ["85", "default", "auto", "sharp", "imgproxy"];

    public static void Write(List<Cell> cells, List<Choice> choices)
    {
        var groups = cells.Select(static cell => cell.Group).Distinct().Order(StringComparer.Ordinal).ToList();
        Console.WriteLine(Line(
            ["", "setting", "bytes", "score", "worst", "spread", "bytes at that score by one quality", .. groups.Select(static g => $"{g}: bytes, score")]));
        Console.WriteLine(Line(Enumerable.Repeat("---", 7 + groups.Count)));
        foreach (var format in cells.Select(static cell => cell.Format).Distinct())
        {
            foreach (var setting in Settings)
            {
                var rows = cells.Where(cell => cell.Format == format && cell.Setting == setting).ToList();
                if (rows.Count == 0)
                    continue;
                var mean = rows.Average(static row => row.Score);
                var spread = Math.Sqrt(rows.Average(row => (row.Score - mean) * (row.Score - mean)));
                Console.WriteLine(Line(
                [
                    format.Name(), setting, Kilobytes(Bytes(rows)), Text(mean), Text(rows.Min(static row => row.Score)), Text(spread),
                    setting is "85" ? "" : Kilobytes(AtScore(cells, format, mean)),
                    .. groups.Select(group => rows.Where(row => row.Group == group).ToList())
                        .Select(static part => $"{Kilobytes(Bytes(part))}, {Text(part.Average(static row => row.Score))}"),
                ]));
            }
        }

        Console.WriteLine();
        Console.WriteLine(Line(["", "pictures", "the smallest was chosen", "bytes over the smallest", "of the JPEG's bytes", "larger than the JPEG", "score"]));
        Console.WriteLine(Line(Enumerable.Repeat("---", 7)));
        foreach (var group in groups.Append("all"))
        {
            var rows = choices.Where(choice => group == "all" || choice.Name.StartsWith($"{group}-", StringComparison.Ordinal)).ToList();
            Console.WriteLine(Line(
            [
                group, $"{rows.Count}", $"{rows.Count(static row => row.Format == row.Smallest)}",
                Percent(Mean(rows.Select(static row => (double)row.Bytes / row.SmallestBytes)) - 1),
                Percent(Mean(rows.Select(static row => (double)row.Bytes / row.Jpeg))), $"{rows.Count(static row => row.Bytes > row.Jpeg)}",
                Text(rows.Average(static row => row.Score)),
            ]));
        }
    }

    // Bytes of the one quality for all pictures that would have the same mean score, between two that were written.
    private static double AtScore(List<Cell> cells, ImageFormat format, double score)
    {
        var points = new[] { "lower", "default", "85" }.Select(setting => cells.Where(cell => cell.Format == format && cell.Setting == setting).ToList())
            .Select(static rows => (Score: rows.Average(static row => row.Score), Bytes: Math.Log(Bytes(rows)))).OrderBy(static point => point.Score).ToList();
        var (a, b) = score < points[1].Score ? (points[0], points[1]) : (points[1], points[2]);
        return Math.Exp(a.Bytes + ((b.Bytes - a.Bytes) * (score - a.Score) / (b.Score - a.Score)));
    }

    private static double Bytes(IEnumerable<Cell> rows) => Mean(rows.Select(static row => (double)row.Bytes));

    private static double Mean(IEnumerable<double> values) => Math.Exp(values.Average(static value => Math.Log(value)));

    private static string Kilobytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000:0.0} kB");

    private static string Text(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
