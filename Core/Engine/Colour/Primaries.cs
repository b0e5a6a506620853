namespace ImageService.Core.Engine.Colour;

/// <summary>Chromaticities (CIE 1931 x, y) of a colour space's red, green, blue and white.</summary>
internal readonly record struct Primaries
{
    public required double Rx { get; init; }

    public required double Ry { get; init; }

    public required double Gx { get; init; }

    public required double Gy { get; init; }

    public required double Bx { get; init; }

    public required double By { get; init; }

    public required double Wx { get; init; }

    public required double Wy { get; init; }

    private static readonly double[,] Bradford = { { 0.8951, 0.2664, -0.1614 }, { -0.7502, 1.7135, 0.0367 }, { 0.0389, -0.0685, 1.0296 } };

    /// <summary>BT.709, which is sRGB's.</summary>
    public static Primaries Srgb { get; } = D65(0.64, 0.33, 0.30, 0.60, 0.15, 0.06);

    public static Primaries Bt2020 { get; } = D65(0.708, 0.292, 0.170, 0.797, 0.131, 0.046);

    /// <summary>Primaries of a code point of ITU-T H.273, table 2; null where it says nothing or nothing known.</summary>
    public static Primaries? OfCode(int code) => code switch
    {
        1 => Srgb,
        4 => new() { Rx = 0.67, Ry = 0.33, Gx = 0.21, Gy = 0.71, Bx = 0.14, By = 0.08, Wx = 0.310, Wy = 0.316 },
        5 => D65(0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
        6 or 7 => D65(0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
        8 => new() { Rx = 0.681, Ry = 0.319, Gx = 0.243, Gy = 0.692, Bx = 0.145, By = 0.049, Wx = 0.310, Wy = 0.316 },
        9 => Bt2020,
        10 => new() { Rx = 1, Ry = 0, Gx = 0, Gy = 1, Bx = 0, By = 0, Wx = 1 / 3.0, Wy = 1 / 3.0 },
        11 => new() { Rx = 0.680, Ry = 0.320, Gx = 0.265, Gy = 0.690, Bx = 0.150, By = 0.060, Wx = 0.314, Wy = 0.351 },
        12 => D65(0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
        22 => D65(0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
        _ => null,
    };

    /// <summary>Whether the numbers span a space at all: they may be a stranger's.</summary>
    public bool AreUsable => Math.Min(Math.Min(Ry, Gy), Math.Min(By, Wy)) >= 0 && Wy > 0.01
        && Math.Abs((Rx * (Gy - By)) + (Gx * (By - Ry)) + (Bx * (Ry - Gy))) > 0.001;

    /// <summary>The matrix that turns linear values of these primaries into linear values of others; whites are adapted (Bradford).</summary>
    public double[,] To(Primaries other) => Multiply(Invert(other.ToXyz()), ToXyz());

    /// <summary>Share of each primary in the luminance Y.</summary>
    public double[] Luminance()
    {
        var matrix = ToXyz();
        return [matrix[1, 0], matrix[1, 1], matrix[1, 2]];
    }

    private static Primaries D65(double rx, double ry, double gx, double gy, double bx, double by) => new()
    {
        Rx = rx,
        Ry = ry,
        Gx = gx,
        Gy = gy,
        Bx = bx,
        By = by,
        Wx = 0.3127,
        Wy = 0.3290,
    };

    // Adapted to D65.
    private double[,] ToXyz()
    {
        // Columns (x, y, z): a primary with y = 0 has no luminance and is fine here.
        var primaries = new[,] { { Rx, Gx, Bx }, { Ry, Gy, By }, { 1 - Rx - Ry, 1 - Gx - Gy, 1 - Bx - By } };
        double[,] white = { { Wx / Wy }, { 1 }, { (1 - Wx - Wy) / Wy } };
        var scale = Multiply(Invert(primaries), white);
        var matrix = Multiply(primaries, new[,] { { scale[0, 0], 0, 0 }, { 0, scale[1, 0], 0 }, { 0, 0, scale[2, 0] } });
        double[,] d65 = { { 0.3127 / 0.3290 }, { 1 }, { (1 - 0.3127 - 0.3290) / 0.3290 } };
        var (from, to) = (Multiply(Bradford, white), Multiply(Bradford, d65));
        var cones = new[,] { { to[0, 0] / from[0, 0], 0, 0 }, { 0, to[1, 0] / from[1, 0], 0 }, { 0, 0, to[2, 0] / from[2, 0] } };
        return Multiply(Multiply(Invert(Bradford), Multiply(cones, Bradford)), matrix);
    }

    private static double[,] Multiply(double[,] left, double[,] right)
    {
        var product = new double[3, right.GetLength(1)];
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < right.GetLength(1); j++)
                product[i, j] = (left[i, 0] * right[0, j]) + (left[i, 1] * right[1, j]) + (left[i, 2] * right[2, j]);
        }

        return product;
    }

    private static double[,] Invert(double[,] m)
    {
        var (a, b, c) = ((m[1, 1] * m[2, 2]) - (m[1, 2] * m[2, 1]), (m[1, 2] * m[2, 0]) - (m[1, 0] * m[2, 2]), (m[1, 0] * m[2, 1]) - (m[1, 1] * m[2, 0]));
        var determinant = (m[0, 0] * a) + (m[0, 1] * b) + (m[0, 2] * c);
        return new[,]
        {
            { a / determinant, ((m[0, 2] * m[2, 1]) - (m[0, 1] * m[2, 2])) / determinant, ((m[0, 1] * m[1, 2]) - (m[0, 2] * m[1, 1])) / determinant },
            { b / determinant, ((m[0, 0] * m[2, 2]) - (m[0, 2] * m[2, 0])) / determinant, ((m[0, 2] * m[1, 0]) - (m[0, 0] * m[1, 2])) / determinant },
            { c / determinant, ((m[0, 1] * m[2, 0]) - (m[0, 0] * m[2, 1])) / determinant, ((m[0, 0] * m[1, 1]) - (m[0, 1] * m[1, 0])) / determinant },
        };
    }
}
