using System.Diagnostics;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Operations;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageService.Benchmarks.Engine;

/// <summary>
/// Sends mutated images through the isolated decoder, many to one process, and what it accepts through the engine and the stripper. The same seed makes
/// the same images. Fails when one takes longer than ten seconds, or when what was accepted cannot be delivered.
/// </summary>
internal static class FuzzImages
{
    private const int Workers = 2;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] args)
    {
        var count = Number(args, "--count", 10_000);
        var seed = Number(args, "--seed", 1);
        var corpus = Array.IndexOf(args, "--corpus") is >= 0 and var at ? args[at + 1] : null;
        using var bench = new Bench();
        var seeds = FuzzSeeds.All(corpus);
        Console.WriteLine($"{count} mutations of {seeds.Count} images, seed {seed}");
        var started = Stopwatch.GetTimestamp();
        var next = -1;
        var workers = Enumerable.Range(0, Workers).Select(async _ =>
        {
            using var worker = new FuzzWorker(bench, seeds);
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                await worker.TryAsync(i, seed);
            return worker.Tally;
        });
        var tally = (await Task.WhenAll(workers)).Aggregate((a, b) => a.Add(b));
        foreach (var (outcome, number) in tally.Outcomes.OrderByDescending(entry => entry.Value))
            Console.WriteLine($"  {outcome,-28} {number}");
        Console.WriteLine(
            $"in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s; longest {tally.Slowest.TotalSeconds:0.00} s (image {tally.SlowestImage}); "
            + $"peak memory of a decoder {tally.PeakBytes >> 20} MB; decoders that died: {tally.Outcomes.GetValueOrDefault("decoder died")}");
        return tally.Slowest < Longest && !tally.Outcomes.Keys.Any(outcome => outcome.StartsWith(FuzzWorker.Finding, StringComparison.Ordinal)) ? 0 : 1;
    }

    private static int Number(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length && int.TryParse(args[at + 1], out var value) ? value : otherwise;

    /// <summary>What happened to the images of one worker.</summary>
    private sealed class Counts
    {
        public Dictionary<string, int> Outcomes { get; } = [];

        public TimeSpan Slowest { get; set; }

        public int SlowestImage { get; set; }

        public long PeakBytes { get; set; }

        public void Note(string outcome) => Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;

        public Counts Add(Counts other)
        {
            foreach (var (outcome, number) in other.Outcomes)
                Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + number;
            if (other.Slowest > Slowest)
                (Slowest, SlowestImage) = (other.Slowest, other.SlowestImage);
            PeakBytes = Math.Max(PeakBytes, other.PeakBytes);
            return this;
        }
    }

    private sealed class FuzzWorker(Bench bench, IReadOnlyList<byte[]> seeds) : IDisposable
    {
        public const string Finding = "accepted but undeliverable";
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fuzz-");
        private readonly DecoderMemory _memory = new(bench.Options.DecoderMemoryBytes);
        private DecoderChild? _child;

        public Counts Tally { get; } = new();

        public async Task TryAsync(int number, int seed)
        {
            var file = Mutation.Make(seeds, new Random(HashCode.Combine(seed, number)));
            var path = Path.Combine(_folder.FullName, "original");
            await File.WriteAllBytesAsync(path, file);
            var started = Stopwatch.GetTimestamp();
            _child ??= DecoderChild.Start(bench.Options, _memory, NullLogger.Instance);
            var request = new DecodeRequest
            {
                Path = path,
                WorkingCopyPath = $"{path}.raster",
                MaxPixels = 20_000_000,
                MaxFrames = 200,
                MemoryBytes = bench.Options.DecoderMemoryBytes,
                CpuMilliseconds = 9000,
                Allowed = [.. Bench.Anything.Allowed.Select(format => format.Name())],
            };
            var reply = (await _child.AskAsync(request, TimeProvider.System, CancellationToken.None)).TryGet(out var answer, out _) ? answer : null;
            Tally.PeakBytes = Math.Max(Tally.PeakBytes, _child.PeakBytes);
            if (reply is null)
            {
                Tally.Note("decoder died");
                await KeepAsync(file, number, seed, "the decoder died");
                _child.Dispose();
                _child = null;
            }
            else
            {
                var outcome = reply.Code is { } code ? code.ToString() : await UseAsync(reply, file);
                Tally.Note(outcome);
                if (outcome.StartsWith(Finding, StringComparison.Ordinal))
                    await KeepAsync(file, number, seed, outcome);
            }

            var took = Stopwatch.GetElapsedTime(started);
            if (took > Tally.Slowest)
                (Tally.Slowest, Tally.SlowestImage) = (took, number);
        }

        public void Dispose()
        {
            _child?.Dispose();
            _memory.Dispose();
            _folder.Delete(recursive: true);
        }

        private static async Task KeepAsync(byte[] file, int number, int seed, string why)
        {
            var kept = Path.Combine(Path.GetTempPath(), $"fuzz-{seed}-{number}");
            await File.WriteAllBytesAsync(kept, file);
            Console.WriteLine($"  image {number}: {why}; kept as {kept}");
        }

        private async Task<string> UseAsync(DecodeReply reply, byte[] file)
        {
            if (reply.WorkingCopyExtension is not null || reply.Format == OriginalFormat.Svg)
                return "accepted, working copy";
            var facts = new SourceFacts
            {
                Width = reply.Width,
                Height = reply.Height,
                HasAlpha = reply.HasAlpha,
                Frames = reply.Frames,
                ContentHash = "",
                FocalX = null,
                FocalY = null,
                Format = null,
            };
            var source = new TransformSource(file, reply.Format, IsIntermediate: false, KeepCopyright: true);
            var operations = Bench.Resolve("w_200-h_150", ImageFormat.Webp, facts);
            var made = await bench.Engine.TransformAsync(source, operations, TransformLimits.Default, CancellationToken.None);
            var whole = Bench.Resolve("q_95", ImageFormats.TryParse(reply.Format.Name(), out var own) ? own : ImageFormat.Jpg, facts);
            var stripped = await bench.Engine.StripAsync(source, null, CancellationToken.None);
            var delivered = stripped.IsSuccess || (await bench.Engine.TransformAsync(source, whole, TransformLimits.Default, CancellationToken.None)).IsSuccess;
            return (made.IsSuccess, stripped.IsSuccess, delivered) switch
            {
                (true, true, _) => "accepted",
                (true, false, true) => $"accepted, to be encoded anew {reply.Format}",
                (true, false, false) => $"{Finding}, original refused {reply.Format}",
                _ => $"{Finding}, transform refused {reply.Format}: {made.Error?.Detail}",
            };
        }
    }
}
