using System.Buffers.Binary;

namespace ImageService.Portal.Images;

/// <summary>
/// A picture's shape and colours out of a few bytes (https://evanw.github.io/thumbhash), for images that cannot be asked for: a low-pass of cosines
/// in luminance and two colour channels.
/// </summary>
internal static class ThumbHash
{
    private const int Longest = 24;
    private const int Header = 54;

    /// <returns>A <c>data:</c> address of a BMP at most 24 px wide and high; null where the text is no hash.</returns>
    public static string? DataUrl(string? base64)
    {
        var hash = new byte[32];
        if (base64 is null || !Convert.TryFromBase64String(base64, hash, out var length) || length < 5)
            return null;
        var (first, second) = (hash[0] | (hash[1] << 8) | (hash[2] << 16), hash[3] | (hash[4] << 8));
        var (hasAlpha, isLandscape) = (first >> 23 != 0, second >> 15 != 0);
        var (across, down) = isLandscape ? (hasAlpha ? 5 : 7, second & 7) : (second & 7, hasAlpha ? 5 : 7);
        if (across == 0 || down == 0)
            return null;
        var nibble = (hasAlpha ? 6 : 5) * 2;
        var light = Read(Math.Max(3, across), Math.Max(3, down), ((first >> 18) & 31) / 31.0);
        var yellow = Read(3, 3, ((second >> 3) & 63) / 63.0 * 1.25);
        var red = Read(3, 3, ((second >> 9) & 63) / 63.0 * 1.25);
        var (width, height) = across > down ? (Longest, Math.Max(1, Longest * down / across)) : (Math.Max(1, Longest * across / down), Longest);
        return Bitmap(width, height, (x, y) =>
        {
            var l = ((first & 63) / 63.0) + light.At(x, y);
            var p = (((first >> 6) & 63) / 31.5) - 1 + yellow.At(x, y);
            var q = (((first >> 12) & 63) / 31.5) - 1 + red.At(x, y);
            var blue = l - (2.0 / 3 * p);
            var redness = ((3 * l) - blue + q) / 2;
            return (redness, redness - q, blue);
        });

        Channel Read(int nx, int ny, double scale)
        {
            List<(int X, int Y, double Value)> waves = [];
            for (var cy = 0; cy < ny; cy++)
            {
                for (var cx = cy == 0 ? 1 : 0; cx * ny < nx * (ny - cy); cx++, nibble++)
                {
                    var half = nibble / 2 < hash.Length ? (hash[nibble / 2] >> ((nibble & 1) * 4)) & 15 : 0;
                    waves.Add((cx, cy, ((half / 7.5) - 1) * scale));
                }
            }

            return new Channel(waves);
        }
    }

    /// <summary>A BMP of 24 bits a pixel: rows from the bottom, each padded to four bytes.</summary>
    private static string Bitmap(int width, int height, Func<double, double, (double Red, double Green, double Blue)> at)
    {
        var stride = ((width * 3) + 3) & ~3;
        var file = new byte[Header + (stride * height)];
        (file[0], file[1], file[10], file[14], file[26], file[28]) = ((byte)'B', (byte)'M', Header, 40, 1, 24);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (red, green, blue) = at((x + 0.5) / width, (y + 0.5) / height);
                var place = Header + ((height - 1 - y) * stride) + (x * 3);
                (file[place], file[place + 1], file[place + 2]) = (Byte(blue), Byte(green), Byte(red));
            }
        }

        return "data:image/bmp;base64," + Convert.ToBase64String(file);
    }

    private static byte Byte(double value) => (byte)Math.Clamp((int)Math.Round(value * 255), 0, 255);

    private sealed record Channel(List<(int X, int Y, double Value)> Waves)
    {
        public double At(double x, double y) => Waves.Sum(wave => wave.Value * Math.Cos(Math.PI * x * wave.X) * Math.Cos(Math.PI * y * wave.Y) * 2);
    }
}
