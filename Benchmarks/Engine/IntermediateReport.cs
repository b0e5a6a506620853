using ImageService.Core.Engine;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Benchmarks.Engine;

/// <summary>
/// The second-generation loss: the same variant made from the original and from the intermediate, both against the original scaled without loss; PSNR in dB.
/// </summary>
internal static class IntermediateReport
{
    public static async Task<int> RunAsync(string[] photos)
    {
        using var bench = new Bench();
        foreach (var photo in photos)
        {
            if (await bench.LoadAsync(photo) is not { } loaded)
                return 1;
            var intermediate = (await bench.Engine.MakeIntermediateAsync(loaded.Source, null, CancellationToken.None)).Value;
            Console.WriteLine($"{Path.GetFileName(photo)}: {intermediate.Width}x{intermediate.Height} {intermediate.Bytes.Length / 1024} KB in {intermediate.CpuTime.TotalMilliseconds:0} ms");
            var small = loaded.Source with { Bytes = intermediate.Bytes, IsIntermediate = true };
            foreach (var width in new[] { 320, 640, intermediate.Width / 2 })
            {
                using var reference = Reference(loaded.Source, width);
                foreach (var format in new[] { ImageFormat.Webp, ImageFormat.Jpg })
                {
                    var operations = Bench.Resolve($"w_{width}", format, loaded.Facts);
                    var direct = (await bench.Engine.TransformAsync(loaded.Source, operations, TransformLimits.Default, CancellationToken.None)).Value;
                    var derived = (await bench.Engine.TransformAsync(small, operations, TransformLimits.Default, CancellationToken.None)).Value;
                    Console.WriteLine(
                        $"  {width,5}w {format.Name(),-4} direct {Psnr(reference, direct):0.00} dB {direct.Bytes.Length,7} B {direct.CpuTime.TotalMilliseconds,4:0} ms"
                        + $"   derived {Psnr(reference, derived):0.00} dB {derived.Bytes.Length,7} B {derived.CpuTime.TotalMilliseconds,4:0} ms   uses it: {SourceChoice.UsesIntermediate(operations, loaded.Facts)}");
                }
            }
        }

        return 0;
    }

    private static Image Reference(TransformSource source, int width)
    {
        using var whole = Image.NewFromBuffer(source.Bytes.ToArray(), access: Enums.Access.Random, failOn: Enums.FailOn.Truncated);
        using var upright = whole.Autorot();
        using var colour = upright.Contains("icc-profile-data")
            ? upright.IccTransform("srgb", embedded: true, intent: Enums.Intent.Relative, blackPointCompensation: true) : upright.Copy();
        return colour.Resize((double)width / colour.Width).CopyMemory();
    }

    private static double Psnr(Image reference, TransformedImage made)
    {
        using var image = Image.NewFromBuffer(made.Bytes.ToArray());
        using var same = image.Height == reference.Height ? image.Copy() : image.Resize(1, vscale: (double)reference.Height / image.Height);
        using var difference = reference - same;
        using var squared = difference * difference;
        return 10 * Math.Log10(255 * 255 / Math.Max(1e-9, squared.Avg()));
    }
}
