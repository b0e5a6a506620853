using SkiaSharp;

namespace ImageService.Tests.Acceptance;

/// <summary>Pictures drawn for one test; the seed makes their bytes unlike any other test's.</summary>
internal static class Pictures
{
    public static byte[] Jpeg(int width, int height, int seed) => Encode(Draw(width, height, seed, opaque: true), SKEncodedImageFormat.Jpeg);

    /// <summary>A picture whose left half is transparent.</summary>
    public static byte[] TransparentPng(int width, int height, int seed) => Encode(Draw(width, height, seed, opaque: false), SKEncodedImageFormat.Png);

    public static byte[] Png(int width, int height, int seed) => Encode(Draw(width, height, seed, opaque: true), SKEncodedImageFormat.Png);

    /// <summary>A JPEG with the EXIF orientation given, spliced in as its first APP1 segment.</summary>
    public static byte[] OrientedJpeg(int width, int height, int seed, byte orientation)
    {
        var jpeg = Jpeg(width, height, seed);
        byte[] exif =
        [
            0xFF, 0xE1, 0x00, 0x22, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    /// <summary>Colour of a pixel of an encoded picture that Skia can read.</summary>
    public static SKColor Pixel(byte[] encoded, int x, int y)
    {
        using var bitmap = SKBitmap.Decode(encoded);
        return bitmap.GetPixel(x, y);
    }

    /// <summary>Width, height and frames of an encoded picture of any delivered format.</summary>
    public static (int Width, int Height, int Frames) Size(byte[] encoded)
    {
        using var image = NetVips.Image.NewFromBuffer(encoded, "", access: NetVips.Enums.Access.Sequential);
        var frames = image.Contains("n-pages") ? (int)image.Get("n-pages") : 1;
        return (image.Width, image.Contains("page-height") ? (int)image.Get("page-height") : image.Height, frames);
    }

    private static SKBitmap Draw(int width, int height, int seed, bool opaque)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(opaque ? SKColors.White : SKColors.Transparent);
        var random = new Random(seed);
        var left = opaque ? 0 : width / 2f;
        using var paint = new SKPaint
        {
            Shader =
            SKShader.CreateLinearGradient(new SKPoint(left, 0), new SKPoint(width, height), [Colour(random), Colour(random)], SKShaderTileMode.Clamp)
        };
        canvas.DrawRect(SKRect.Create(left, 0, width - left, height), paint);
        using var dot = new SKPaint { IsAntialias = true };
        for (var i = 0; i < 40; i++)
        {
            dot.Color = Colour(random);
            canvas.DrawCircle(left + ((float)random.NextDouble() * (width - left)), (float)random.NextDouble() * height,
                2 + ((float)random.NextDouble() * width / 12), dot);
        }

        if (!opaque)
        {
            using var clear = new SKPaint { BlendMode = SKBlendMode.Clear };
            canvas.DrawRect(SKRect.Create(0, 0, left, height), clear);
        }

        return bitmap;
    }

    private static SKColor Colour(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format)
    {
        using (bitmap)
        using (var data = bitmap.Encode(format, 92))
            return data.ToArray();
    }
}
