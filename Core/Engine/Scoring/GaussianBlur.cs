using System.Numerics;
using System.Runtime.InteropServices;

namespace ImageService.Core.Engine.Scoring;

/// <summary>
/// A Gaussian of sigma 1.5 as a truncated sum of cosines (Charalampidis 2016, radius 5), which is what SSIMULACRA 2 was fitted with. Nothing lies outside the picture.
/// </summary>
internal static class GaussianBlur
{
    private static readonly float[] Taps = [0.2646211054881986f, 0.21292859201042227f, 0.10933537277746035f, 0.03601111465836439f, 0.009414367809653733f];

    /// <summary>Blurs a plane.</summary>
    public static void Apply(ReadOnlySpan<float> plane, Span<float> blurred, int width, int height) => Both(plane.ToArray(), blurred, width, height);

    /// <summary>Blurs the product of two planes.</summary>
    public static void ApplyToProduct(ReadOnlySpan<float> one, ReadOnlySpan<float> other, Span<float> blurred, int width, int height)
    {
        var product = new float[one.Length];
        for (var i = 0; i < product.Length; i++)
            product[i] = one[i] * other[i];
        Both(product, blurred, width, height);
    }

    // Down first, into a line with room on both sides, then along that line.
    private static void Both(float[] plane, Span<float> blurred, int width, int height)
    {
        var reach = Taps.Length - 1;
        var line = new float[width + (2 * reach)];
        for (var y = 0; y < height; y++)
        {
            var middle = line.AsSpan(reach, width);
            middle.Clear();
            for (var tap = -reach; tap <= reach; tap++)
            {
                if (y + tap >= 0 && y + tap < height)
                    AddScaled(plane.AsSpan((y + tap) * width, width), Taps[Math.Abs(tap)], middle);
            }

            var to = blurred.Slice(y * width, width);
            to.Clear();
            for (var tap = -reach; tap <= reach; tap++)
                AddScaled(line.AsSpan(reach + tap, width), Taps[Math.Abs(tap)], to);
        }
    }

    private static void AddScaled(ReadOnlySpan<float> from, float factor, Span<float> to)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(from);
        var sums = MemoryMarshal.Cast<float, Vector<float>>(to);
        for (var i = 0; i < sums.Length; i++)
            sums[i] += vectors[i] * factor;
        for (var i = sums.Length * Vector<float>.Count; i < to.Length; i++)
            to[i] += from[i] * factor;
    }
}
