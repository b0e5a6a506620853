using ImageService.Core.Engine;
using ImageService.Core.Operations;

namespace ImageService.Benchmarks.Engine;

/// <summary>Every image below a folder in five sizes and five formats: does it work, how large is it, what does it cost.</summary>
internal static class CorpusReport
{
    private static readonly string[] Sizes = ["w_320", "w_800", "w_800-h_600", "w_1600", "original"];

    // Output up to 4.5 megapixels: beyond it AVIF takes longer than anyone waits.
    private const double DefaultMegapixels = 4.5;

    public static async Task<int> RunAsync(string folder)
    {
        using var bench = new Bench();
        var (made, failed, slow) = (0, 0, 0);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (await bench.LoadAsync(path) is not { } loaded)
                continue;
            Console.WriteLine($"{Path.GetFileName(path)}  {loaded.Facts.Width}x{loaded.Facts.Height} frames {loaded.Facts.Frames} {loaded.Source.Bytes.Length / 1024} KB");
            foreach (var format in Enum.GetValues<ImageFormat>())
            {
                Console.Write($"  {format.Name(),-5}");
                foreach (var size in Sizes)
                {
                    var result = await MakeAsync(bench, loaded, size, format);
                    made++;
                    if (!result.TryGet(out var image, out var error))
                    {
                        failed++;
                        Console.Write($" {size}: {error.Code} {error.Detail}");
                        continue;
                    }

                    var late =
                        loaded.Source.Bytes.Length < 5_000_000 && (double)image.Width * image.Height * image.Frames <= DefaultMegapixels * 1e6
                            && image.CpuTime.TotalMilliseconds > 800;
                    slow += late ? 1 : 0;
                    Console.Write($" {image.Width}x{image.Height} {image.Bytes.Length / 1024,5} KB {image.CpuTime.TotalMilliseconds,5:0} ms{(late ? "!" : " ")}|");
                }

                Console.WriteLine();
            }
        }

        Console.WriteLine($"{made} made, {failed} failed, {slow} over 800 ms of CPU with an original below 5 MB and an output up to {DefaultMegapixels} megapixels");
        return failed == 0 ? 0 : 1;
    }

    private static async Task<Core.Errors.Result<TransformedImage>> MakeAsync(Bench bench, (SourceFacts Facts, TransformSource Source) loaded, string size,
        ImageFormat format)
    {
        var operations = Bench.Resolve(size, format, loaded.Facts);
        if (!operations.Operations.Original)
            return await bench.Engine.TransformAsync(loaded.Source, operations, TransformLimits.Default, CancellationToken.None);
        var stripped = await bench.Engine.StripAsync(loaded.Source, null, CancellationToken.None);
        return stripped.Map(file => new TransformedImage
        {
            Bytes = file.Bytes,
            Format = format,
            Width = loaded.Facts.Width,
            Height = loaded.Facts.Height,
            Frames = loaded.Facts.Frames,
            CpuTime = TimeSpan.Zero,
        });
    }
}
