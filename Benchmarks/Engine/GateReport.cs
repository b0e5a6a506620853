using System.Diagnostics;
using ImageService.Core.Engine;
using ImageService.Core.Operations;

namespace ImageService.Benchmarks.Engine;

/// <summary>Sixteen transforms of one photo at once, each with bytes of its own, through the gate: peak memory of the process.</summary>
internal static class GateReport
{
    private const int Requests = 16;

    public static async Task<int> RunAsync(string photo)
    {
        using var bench = new Bench();
        if (await bench.LoadAsync(photo) is not { } loaded)
            return 1;
        foreach (var (operations, format) in new[] { ("w_800-h_600", ImageFormat.Webp), ("w_1600", ImageFormat.Avif), ("q_85", ImageFormat.Jpg),
            ("q_85", ImageFormat.Webp) })
        {
            var canonical = Bench.Resolve(operations, format, loaded.Facts);
            var estimate = MemoryEstimate.ForTransform(loaded.Source.Format, loaded.Facts, canonical, makesIntermediate: false);
            var started = Stopwatch.GetTimestamp();
            var results = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => OneAsync(bench, loaded.Source, canonical, estimate)));
            Console.WriteLine(
                $"{operations}.{format.Name(),-5} estimate {estimate >> 20,4} MB each, {results.Count(ok => ok)}/{Requests} made in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, peak so far {Peak() >> 20} MB");
        }

        return 0;
    }

    private static async Task<bool> OneAsync(Bench bench, TransformSource source, CanonicalOperations operations, long estimate)
    {
        // Background, so that none is refused for the wait.
        var request = new GateRequest(Guid.CreateVersion7(), estimate, TimeSpan.FromSeconds(1)) { IsBackground = true };
        var entered = await bench.Gate.EnterAsync(request, CancellationToken.None);
        if (!entered.TryGet(out var lease, out _))
            return false;
        using (lease)
        {
            var own = source with { Bytes = source.Bytes.ToArray() };
            return (await bench.Engine.TransformAsync(own, operations, TransformLimits.Default, CancellationToken.None)).IsSuccess;
        }
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
