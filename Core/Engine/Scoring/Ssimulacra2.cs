namespace ImageService.Core.Engine.Scoring;

/// <summary>
/// SSIMULACRA 2.1 (Sneyers, github.com/cloudinary/ssimulacra2): how alike a compressed picture looks to its original. 90 and more cannot be told apart side by
/// side, 80 hardly, 70 is good, 50 is fair. What is needed of the original is computed once; scores may then be asked for one after the other.
/// Not thread-safe.
/// </summary>
internal sealed class Ssimulacra2
{
    /// <summary>Sizes at which pictures are compared, each half of the one before.</summary>
    public const int Scales = 6;

    private const int LeastSide = 8;
    private const float C2 = 0.0009f;
    private readonly List<Scale> _scales = [];
    private readonly int _width;
    private readonly int _height;

    /// <param name="original">8 bit sRGB, three bytes a pixel, by line.</param>
    /// <param name="width">px.</param>
    /// <param name="height">px.</param>
    /// <exception cref="ArgumentException">There are not as many bytes.</exception>
    public Ssimulacra2(ReadOnlySpan<byte> original, int width, int height)
    {
        (_width, _height) = (width, height);
        foreach (var planes in Pyramid(original))
        {
            var (means, squares) = (new Planes(planes.Width, planes.Height), new Planes(planes.Width, planes.Height));
            for (var c = 0; c < 3; c++)
            {
                GaussianBlur.Apply(planes[c], means[c], planes.Width, planes.Height);
                GaussianBlur.ApplyToProduct(planes[c], planes[c], squares[c], planes.Width, planes.Height);
            }

            _scales.Add(new Scale(planes, means, squares));
        }
    }

    /// <summary>The score of another picture of the same size, at most 100; far worse ones are below 0.</summary>
    /// <param name="other">As the original.</param>
    /// <exception cref="ArgumentException">There are not as many bytes.</exception>
    public double Score(ReadOnlySpan<byte> other)
    {
        var sum = 0.0;
        var scale = 0;
        foreach (var planes in Pyramid(other))
        {
            for (var c = 0; c < 3; c++)
                sum += Errors(_scales[scale], planes, c, scale);
            scale++;
        }

        // The fit to scores that people gave.
        sum *= 0.9562382616834844;
        sum = (2.326765642916932 * sum) - (0.020884521182843837 * sum * sum) + (6.248496625763138e-05 * sum * sum * sum);
        return sum > 0 ? 100 - (10 * Math.Pow(sum, 0.6276336467831387)) : 100;
    }

    private static double Errors(Scale original, Planes other, int component, int scale)
    {
        var (width, height) = (other.Width, other.Height);
        var (means, squares, products) = (new float[width * height], new float[width * height], new float[width * height]);
        GaussianBlur.Apply(other[component], means, width, height);
        GaussianBlur.ApplyToProduct(other[component], other[component], squares, width, height);
        GaussianBlur.ApplyToProduct(original.Picture[component], other[component], products, width, height);
        var (one, two, mean) = (original.Picture[component], other[component], original.Means[component]);
        var square = original.Squares[component];
        var (structure, artefacts, lost) = (default(Norms), default(Norms), default(Norms));
        for (var i = 0; i < means.Length; i++)
        {
            var (mu1, mu2) = (mean[i], means[i]);

            // Without the luminance term's denominator, which double-counts gamma.
            var likeness = 1 - ((mu1 - mu2) * (mu1 - mu2));
            var numerator = (2 * (products[i] - (mu1 * mu2))) + C2;
            var denominator = square[i] - (mu1 * mu1) + (squares[i] - (mu2 * mu2)) + C2;
            structure.Add(Math.Max(0, 1 - (likeness * numerator / (double)denominator)));

            // Edges that only one of the two has.
            var edges = ((1.0 + Math.Abs(two[i] - mu2)) / (1.0 + Math.Abs(one[i] - mu1))) - 1;
            artefacts.Add(Math.Max(0, edges));
            lost.Add(Math.Max(0, -edges));
        }

        return structure.Weighted(component, scale, kind: 0, means.Length)
            + artefacts.Weighted(component, scale, kind: 1, means.Length)
            + lost.Weighted(component, scale, kind: 2, means.Length);
    }

    /// <summary>The picture in XYB at each scale; halved in linear light.</summary>
    private List<Planes> Pyramid(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != _width * _height * 3)
            throw new ArgumentException($"{_width} × {_height} px are {_width * _height * 3} bytes, not {rgb.Length}.", nameof(rgb));
        var scales = new List<Planes>(Scales);
        var linear = XybColour.Linear(rgb, _width, _height);
        while (scales.Count < Scales && linear.Width >= LeastSide && linear.Height >= LeastSide)
        {
            if (scales.Count > 0)
                linear = linear.Halved();
            scales.Add(XybColour.Of(linear));
        }

        return scales;
    }

    private sealed record Scale(Planes Picture, Planes Means, Planes Squares);

    private struct Norms
    {
        private double _sum;
        private double _fourth;

        public void Add(double error)
        {
            var square = error * error;
            _sum += error;
            _fourth += square * square;
        }

        public readonly double Weighted(int component, int scale, int kind, int pixels) =>
            (Ssimulacra2Weights.Of(component, scale, 0, kind) * (_sum / pixels))
            + (Ssimulacra2Weights.Of(component, scale, 1, kind) * Math.Sqrt(Math.Sqrt(_fourth / pixels)));
    }
}
