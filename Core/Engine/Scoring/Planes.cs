namespace ImageService.Core.Engine.Scoring;

/// <summary>A picture as three planes of numbers.</summary>
internal sealed class Planes(int width, int height)
{
    private readonly float[][] _planes = [new float[width * height], new float[width * height], new float[width * height]];

    /// <summary>px.</summary>
    public int Width { get; } = width;

    /// <summary>px.</summary>
    public int Height { get; } = height;

    /// <summary>One plane, by line.</summary>
    public float[] this[int component] => _planes[component];

    /// <summary>Each pixel the mean of four; where a side is odd, the last ones count twice.</summary>
    public Planes Halved()
    {
        var half = new Planes((Width + 1) / 2, (Height + 1) / 2);
        for (var c = 0; c < 3; c++)
        {
            var (from, to) = (_planes[c], half[c]);
            for (var y = 0; y < half.Height; y++)
            {
                var (upper, lower) = (y * 2 * Width, Math.Min((y * 2) + 1, Height - 1) * Width);
                for (var x = 0; x < half.Width; x++)
                {
                    var (left, right) = (x * 2, Math.Min((x * 2) + 1, Width - 1));
                    to[(y * half.Width) + x] = (from[upper + left] + from[upper + right] + from[lower + left] + from[lower + right]) * 0.25f;
                }
            }
        }

        return half;
    }
}
