using SkiaSharp;

namespace ImageService.Api.Demo;

/// <summary>Sample originals, drawn by the program: the same bytes every time, so that a second start finds them already there.</summary>
internal static class DemoPictures
{
    /// <summary>A file to ingest.</summary>
    /// <param name="Filename">Shown to people.</param>
    /// <param name="Folder">Where.</param>
    /// <param name="Tags">Any.</param>
    /// <param name="Draw">Makes the bytes.</param>
    public sealed record Picture(string Filename, string Folder, string[] Tags, Func<byte[]> Draw);

    public static IReadOnlyList<Picture> Public { get; } =
    [
        new("sunrise.jpg", "/", ["landscape", "warm"], Sunrise),
        new("night-sea.jpg", "/landscapes", ["landscape", "night"], NightSea),
        new("circles.png", "/", ["transparent", "logo"], Circles),
    ];

    public static IReadOnlyList<Picture> Private { get; } = [new("launch-poster.jpg", "/", ["poster"], Poster)];

    private static byte[] Sunrise() => Jpeg(2400, 1600, canvas =>
    {
        Sky(canvas, 2400, 1600, new SKColor(0xFF2B1B4D), new SKColor(0xFFE8636B), new SKColor(0xFFFFD98A));
        Glow(canvas, 1500, 900, 620, new SKColor(0xFFFFF3C4));
        Fill(canvas, new SKColor(0xFFFFF7DC), static path => path.AddCircle(1500, 900, 150));
        Ridges(canvas, 2400, 1600, [new SKColor(0xFF9A4C6B), new SKColor(0xFF6B345E), new SKColor(0xFF3F2149), new SKColor(0xFF1F1230)]);
    });

    private static byte[] NightSea() => Jpeg(2560, 1440, canvas =>
    {
        Sky(canvas, 2560, 1440, new SKColor(0xFF030617), new SKColor(0xFF0E2A57), new SKColor(0xFF1F6C8C));
        var random = new Random(7);
        for (var i = 0; i < 260; i++)
            Fill(canvas, SKColors.White.WithAlpha((byte)random.Next(60, 255)),
                path => path.AddCircle(random.Next(2560), random.Next(800), (float)(random.NextDouble() * 3) + 0.6f));
        Glow(canvas, 700, 330, 420, new SKColor(0xFFE7F0FF));
        Fill(canvas, new SKColor(0xFFF4F7FF), static path => path.AddCircle(700, 330, 110));
        for (var i = 0; i < 46; i++)
        {
            var y = 900 + (i * 12);
            var width = 60 + (i * 9) + random.Next(90);
            Fill(canvas, new SKColor(0xFFCFE4FF).WithAlpha((byte)(150 - (i * 3))),
                path => path.AddRoundRect(new SKRect(700 - width, y, 700 + width, y + 4), 2, 2));
        }
    });

    private static byte[] Circles() => Encode(2000, 2000, SKEncodedImageFormat.Png, 100, static canvas =>
    {
        canvas.Clear(SKColors.Transparent);
        SKColor[] colours = [new(0xFFEF476F), new(0xFFFFD166), new(0xFF06D6A0), new(0xFF118AB2), new(0xFF7353BA)];
        for (var i = 0; i < colours.Length; i++)
        {
            var angle = i * MathF.Tau / colours.Length;
            Fill(canvas, colours[i].WithAlpha(190), path => path.AddCircle(1000 + (430 * MathF.Cos(angle)), 1000 + (430 * MathF.Sin(angle)), 470));
        }

        Letters(canvas, "ACME", 1000, 1000, 34, SKColors.White);
    });

    private static byte[] Poster() => Jpeg(1800, 2400, canvas =>
    {
        Sky(canvas, 1800, 2400, new SKColor(0xFF0B132B), new SKColor(0xFF1C2541), new SKColor(0xFF5BC0BE));
        for (var i = 0; i < 14; i++)
        {
            using var stroke = new SKPaint
            {
                Style = SKPaintStyle.Stroke, StrokeWidth = 6, IsAntialias = true,
                Color = SKColors.White.WithAlpha((byte)(24 + (i * 8)))
            };
            canvas.DrawCircle(900, 1500, 140 + (i * 85), stroke);
        }

        Letters(canvas, "TOP", 900, 520, 60, new SKColor(0xFFFFD166));
        Letters(canvas, "SECRET", 900, 1040, 42, SKColors.White);
    });

    private static void Sky(SKCanvas canvas, int width, int height, params SKColor[] colours)
    {
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(0, height), colours, SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader, IsDither = true };
        canvas.DrawRect(0, 0, width, height, paint);
    }

    private static void Glow(SKCanvas canvas, float x, float y, float radius, SKColor colour)
    {
        using var shader = SKShader.CreateRadialGradient(new SKPoint(x, y), radius, [colour.WithAlpha(200), colour.WithAlpha(0)], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader, IsDither = true };
        canvas.DrawCircle(x, y, radius, paint);
    }

    private static void Ridges(SKCanvas canvas, int width, int height, SKColor[] colours)
    {
        for (var ridge = 0; ridge < colours.Length; ridge++)
        {
            var level = height * (0.58f + (0.11f * ridge));
            Fill(canvas, colours[ridge], path =>
            {
                path.MoveTo(0, height);
                for (var x = 0; x <= width; x += 8)
                {
                    var phase = x / (float)width * MathF.Tau;
                    path.LineTo(x, level + (55 * MathF.Sin((phase * (1.3f + ridge)) + ridge)) + (24 * MathF.Sin((phase * (3.7f + ridge)) + (2 * ridge))));
                }

                path.LineTo(width, height);
                path.Close();
            });
        }
    }

    /// <summary>Letters of round dots on a grid of 5 × 7: no font is needed, wherever the program runs.</summary>
    private static void Letters(SKCanvas canvas, string text, float centreX, float centreY, float dot, SKColor colour)
    {
        var left = centreX - (((text.Length * 6) - 1) * dot / 2);
        var top = centreY - (7 * dot / 2);
        for (var i = 0; i < text.Length; i++)
        {
            var rows = DotLetters.Rows(text[i]);
            for (var cell = 0; cell < 35; cell++)
            {
                if (rows[cell / 5][cell % 5] != '#')
                    continue;
                var (x, y) = (left + ((((i * 6) + (cell % 5)) + 0.5f) * dot), top + (((cell / 5) + 0.5f) * dot));
                Fill(canvas, colour, path => path.AddCircle(x, y, dot * 0.46f));
            }
        }
    }

    private static void Fill(SKCanvas canvas, SKColor colour, Action<SKPathBuilder> shape)
    {
        using var builder = new SKPathBuilder();
        shape(builder);
        using var path = builder.Detach();
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        canvas.DrawPath(path, paint);
    }

    private static byte[] Jpeg(int width, int height, Action<SKCanvas> draw) => Encode(width, height, SKEncodedImageFormat.Jpeg, 90, draw);

    private static byte[] Encode(int width, int height, SKEncodedImageFormat format, int quality, Action<SKCanvas> draw)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul, SKColorSpace.CreateSrgb()));
        using (var canvas = new SKCanvas(bitmap))
            draw(canvas);
        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }
}
