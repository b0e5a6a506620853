namespace ImageService.Core.Engine.Previews;

/// <summary>BlurHash (https://github.com/woltapp/blurhash, Algorithm.md): a few cosine terms of the picture in linear light, as base-83 text.</summary>
internal static class BlurHash
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

    /// <param name="rgba">Four bytes a pixel, row by row; transparency is seen on white.</param>
    /// <param name="width">px.</param>
    /// <param name="height">px.</param>
    /// <param name="across">Terms along x, 1 to 9.</param>
    /// <param name="down">Terms along y, 1 to 9.</param>
    public static string Encode(ReadOnlySpan<byte> rgba, int width, int height, int across, int down)
    {
        var terms = new (double R, double G, double B)[across * down];
        for (var y = 0; y < down; y++)
        {
            for (var x = 0; x < across; x++)
                terms[(y * across) + x] = Term(rgba, width, height, x, y);
        }

        var hash = new System.Text.StringBuilder(4 + (2 * terms.Length));
        Append(hash, across - 1 + ((down - 1) * 9), 1);
        var largest = terms.Skip(1).Select(term => Math.Max(Math.Abs(term.R), Math.Max(Math.Abs(term.G), Math.Abs(term.B)))).DefaultIfEmpty(0).Max();
        var quantised = terms.Length > 1 ? Math.Clamp((int)Math.Floor((largest * 166) - 0.5), 0, 82) : 0;
        Append(hash, quantised, 1);
        Append(hash, (ToSrgb(terms[0].R) << 16) | (ToSrgb(terms[0].G) << 8) | ToSrgb(terms[0].B), 4);
        var scale = (quantised + 1) / 166.0;
        foreach (var (r, g, b) in terms.AsSpan(1))
            Append(hash, (((Quantise(r / scale) * 19) + Quantise(g / scale)) * 19) + Quantise(b / scale), 2);
        return hash.ToString();
    }

    private static (double R, double G, double B) Term(ReadOnlySpan<byte> rgba, int width, int height, int across, int down)
    {
        var (r, g, b) = (0.0, 0.0, 0.0);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var basis = Math.Cos(Math.PI * across * x / width) * Math.Cos(Math.PI * down * y / height);
                var pixel = rgba.Slice(((y * width) + x) * 4, 4);
                r += basis * ToLinear(pixel[0], pixel[3]);
                g += basis * ToLinear(pixel[1], pixel[3]);
                b += basis * ToLinear(pixel[2], pixel[3]);
            }
        }

        var weight = (across == 0 && down == 0 ? 1.0 : 2.0) / (width * height);
        return (r * weight, g * weight, b * weight);
    }

    private static double ToLinear(byte channel, byte alpha)
    {
        var value = ((channel * alpha) + (255 * (255 - alpha))) / (255.0 * 255.0);
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }

    private static int ToSrgb(double linear)
    {
        var value = Math.Clamp(linear, 0, 1);
        return (int)Math.Round(255 * (value <= 0.0031308 ? value * 12.92 : (1.055 * Math.Pow(value, 1 / 2.4)) - 0.055));
    }

    private static int Quantise(double value) => Math.Clamp((int)Math.Floor((Math.Sign(value) * Math.Sqrt(Math.Abs(value)) * 9) + 9.5), 0, 18);

    private static void Append(System.Text.StringBuilder hash, int value, int length)
    {
        Span<char> digits = stackalloc char[length];
        for (var i = length - 1; i >= 0; i--)
        {
            digits[i] = Digits[value % 83];
            value /= 83;
        }

        hash.Append(digits);
    }
}
