using System.Diagnostics;
using ImageService.Core.Engine;
using ImageService.Core.Operations;

namespace ImageService.Benchmarks.Engine;

/// <summary>CPU of three tasks against sharp's defaults, in interleaved rounds on the same photo; minimum of each. Without sharp only our own figures.</summary>
internal static class RatioReport
{
    private const int Rounds = 5;
    private const int Repeats = 8;

    private static readonly (string Name, string Operations, ImageFormat Format, string Sharp)[] Tasks =
    [
        ("a 800x600 webp q85", "w_800-h_600-q_85", ImageFormat.Webp, "webp 85"),
        ("b 800x600 jpg q85", "w_800-h_600-q_85", ImageFormat.Jpg, "jpeg 85"),
        ("c 800x600 avif q75", "w_800-h_600-q_75", ImageFormat.Avif, "avif 75"),
    ];

    public static async Task<int> RunAsync(string photo, string[] sharp)
    {
        using var bench = new Bench();
        if (await bench.LoadAsync(photo) is not { } loaded)
            return 1;
        var intermediate = (await bench.Engine.MakeIntermediateAsync(loaded.Source, null, CancellationToken.None)).Value;
        var derived = loaded.Source with { Bytes = intermediate.Bytes, IsIntermediate = true };
        foreach (var task in Tasks)
        {
            var operations = Bench.Resolve(task.Operations, task.Format, loaded.Facts);
            var (own, second, peer) = (double.MaxValue, double.MaxValue, double.MaxValue);
            for (var round = 0; round < Rounds; round++)
            {
                own = Math.Min(own, await OwnAsync(bench, loaded.Source, operations));
                second = Math.Min(second, await OwnAsync(bench, derived, operations));
                if (sharp.Length > 0)
                    peer = Math.Min(peer, await SharpAsync(sharp[0], photo, task.Sharp));
            }

            Console.WriteLine(
                $"{task.Name}: first {own:0.0} ms, from the intermediate {second:0.0} ms"
                + (sharp.Length > 0 ? $", sharp {peer:0.0} ms; ratios {own / peer:0.00} and {second / peer:0.00}" : ""));
        }

        return 0;
    }

    private static async Task<double> OwnAsync(Bench bench, TransformSource source, CanonicalOperations operations)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Repeats; i++)
            _ = (await bench.Engine.TransformAsync(source, operations, TransformLimits.Default, CancellationToken.None)).Value;
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Repeats;
    }

    // The script prints milliseconds of CPU per image.
    private static async Task<double> SharpAsync(string module, string photo, string task)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Engine", "sharp-task.mjs");
        var start = new ProcessStartInfo("node", [script, module, photo, .. task.Split(' '), Repeats.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true
        };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return double.Parse(text.Trim());
    }
}
