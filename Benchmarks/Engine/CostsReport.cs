using System.Globalization;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Operations;
using ImageService.Core.Overlays;

namespace ImageService.Benchmarks.Engine;

/// <summary>
/// CPU of every operation and of every format beside a plain resize of the same photograph to the same size, in turns; the median of the rounds' ratios, and of
/// their milliseconds.
/// </summary>
internal static class CostsReport
{
    private const int Rounds = 9;
    private const int Repeats = 3;
    private const string Plain = "w_800-h_600";
    private const string Badge = """{"type":"shape","shape":"rect","color":"f0f8","width":"20%","height":"20%","gravity":"southeast"}""";
    private const string Title = """{"type":"text","text":"The quick brown fox","size":40,"color":"fff","outline":{"color":"000","width":2}}""";

    private static readonly string[] Operations =
    [
        "g_smart", "f_pad-ar_1:1", "r_90", "flip", "crop_0.1,0.1,0.8,0.8", "trim_8", "pad_20", "round_40", "bri_110", "con_110", "sat_120", "gam_1.2",
        "bri_110-con_110-sat_120-gam_1.2", "tint_3366cc", "duotone_204060,ffcc80", "bw", "blur_3", "blur_30", "sharpen_1", "pixelate_12", "bytes_40000",
        "dpr_2",
    ];

    public static async Task<int> RunAsync(string photo)
    {
        using var bench = new Bench();
        if (await bench.LoadAsync(photo) is not { } loaded)
            return 1;
        var plain = new Costed("plain", Bench.Resolve(Plain, ImageFormat.Jpg, loaded.Facts), loaded.Source);
        var tasks = Operations.Select(text => plain with { Name = text, Operations = Bench.Resolve(Whole(text), ImageFormat.Jpg, loaded.Facts) })
            .Concat(new[] { ("overlay: a shape", Badge), ("overlay: a text", Title), ("overlay: both", $"{Badge},{Title}") }
                .Select(overlay => plain with { Name = overlay.Item1, Source = loaded.Source with { Overlays = Material(overlay.Item2) } }))
            .Concat(Enum.GetValues<ImageFormat>()
                .Select(format => plain with { Name = format.Name(), Operations = Bench.Resolve(Plain, format, loaded.Facts) }))
            .ToList();
        foreach (var task in tasks.Prepend(plain))
            await SpendAsync(bench, task, 1);
        var spent = tasks.ToDictionary(static task => task.Name, static _ => new List<(double Own, double Plain)>());
        for (var round = 0; round < Rounds; round++)
        {
            // Each beside a plain one of its own: a machine's speed changes within a round.
            foreach (var task in round % 2 == 0 ? tasks : Enumerable.Reverse(tasks))
                spent[task.Name].Add((await SpendAsync(bench, task, Repeats), await SpendAsync(bench, plain, Repeats)));
        }

        var all = spent.Values.SelectMany(static rounds => rounds).Select(static pair => pair.Plain);
        Console.WriteLine(FormattableString.Invariant($"plain resize to 800 × 600, jpg: {Median(all):0.0} ms of CPU"));
        Console.WriteLine("| | ms | ratio | added, ms |\n| --- | --- | --- | --- |");
        foreach (var (name, rounds) in spent)
        {
            var (own, ratio) = (Median(rounds.Select(static pair => pair.Own)), Median(rounds.Select(static pair => pair.Own / pair.Plain)));
            var added = Median(rounds.Select(static pair => pair.Own - pair.Plain));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{name}` | {own:0.0} | {ratio:0.00} | {added:0.0} |"));
        }

        return 0;
    }

    private static string Whole(string text) => text.StartsWith("f_pad", StringComparison.Ordinal) ? $"w_800-{text}" : $"{Plain}-{text}";

    private static OverlayMaterial Material(string elements) => new(
        [new OverlayDrawing(OverlayElements.Read($"[{elements}]").Value, null, 1, 1)], new Dictionary<(string, int), TransformSource>(),
        new Dictionary<string, FontFile>());

    private static async Task<double> SpendAsync(Bench bench, Costed task, int repeats)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < repeats; i++)
            _ = (await bench.Engine.TransformAsync(task.Source, task.Operations, TransformLimits.Default, CancellationToken.None)).Value;
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / repeats;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private sealed record Costed(string Name, CanonicalOperations Operations, TransformSource Source);
}
