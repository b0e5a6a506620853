using ImageService.Core.Engine.Metadata;
using NetVips;

namespace ImageService.Tests.Core.Engine;

/// <summary>Pictures drawn for tests; the same pixels every time.</summary>
internal static class Drawings
{
    public static readonly double[] Red = [220, 40, 40];
    public static readonly double[] Green = [40, 180, 60];
    public static readonly double[] Blue = [40, 70, 210];
    public static readonly double[] Yellow = [230, 210, 50];

    /// <summary>Four quarters: red and green above, blue and yellow below, with a soft texture; 3 bands.</summary>
    public static Image Quarters(int width = 640, int height = 480)
    {
        using var noise = Image.Gaussnoise(width, height, mean: 0, sigma: 6, seed: 42);
        using var black = Image.Black(width, height, bands: 3);
        using var drawn = black.Mutate(canvas =>
        {
            var (halfWidth, halfHeight) = (width / 2, height / 2);
            canvas.DrawRect(Red, 0, 0, halfWidth, halfHeight, fill: true);
            canvas.DrawRect(Green, halfWidth, 0, width - halfWidth, halfHeight, fill: true);
            canvas.DrawRect(Blue, 0, halfHeight, halfWidth, height - halfHeight, fill: true);
            canvas.DrawRect(Yellow, halfWidth, halfHeight, width - halfWidth, height - halfHeight, fill: true);
            canvas.DrawCircle([250, 250, 250], halfWidth, halfHeight, Math.Min(width, height) / 8, fill: true);
        });
        using var textured = drawn + noise;
        using var bytes = textured.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: Enums.Interpretation.Srgb).CopyMemory();
    }

    public static byte[] Jpeg(int width = 640, int height = 480)
    {
        using var image = Quarters(width, height);
        return image.JpegsaveBuffer(q: 92, keep: Enums.ForeignKeep.None);
    }

    /// <summary>A progressive JPEG whose first scan comes so many times more, which changes no pixel.</summary>
    public static byte[] ProgressiveJpeg(int width, int height, int moreScans)
    {
        using var image = Quarters(width, height);
        var plain = image.JpegsaveBuffer(q: 80, interlace: true);
        var begin = plain.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        var end = begin + 2;
        while (plain[end] != 0xFF || plain[end + 1] is 0 or (>= 0xD0 and <= 0xD7))
            end++;
        return [.. plain[..end], .. Enumerable.Repeat(plain[begin..end], moreScans).SelectMany(static scan => scan), .. plain[end..]];
    }

    /// <summary>
    /// A JPEG whose pixels are stored as the orientation says, so that it looks like <see cref="Quarters"/>; with EXIF, GPS, XMP, IPTC and a comment.
    /// </summary>
    public static byte[] JpegWithMetadata(int orientation = 1, int width = 640, int height = 480)
    {
        using var upright = Quarters(width, height);
        using var stored = Store(upright, orientation);
        using var tagged = stored.Mutate(image =>
        {
            image.Set(GValue.GIntType, "orientation", orientation);
            image.Set(GValue.GStrType, "exif-ifd0-Make", "Testcam (Testcam, ASCII, 8 components, 8 bytes)");
            image.Set(GValue.GStrType, "exif-ifd0-Artist", "Ada Drawer (Ada Drawer, ASCII, 11 components, 11 bytes)");
            image.Set(GValue.GStrType, "exif-ifd0-Copyright", "(c) Ada (c) Ada, ASCII, 8 components, 8 bytes)");
            image.Set(GValue.GStrType, "exif-ifd3-GPSLatitude", "48/1 12/1 30/1 (48, 12, 30, Rational, 3 components, 24 bytes)");
            image.Set(GValue.BlobType, "xmp-data", "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">secret-xmp</x:xmpmeta>"u8.ToArray());
        });
        return tagged.JpegsaveBuffer(q: 92, keep: Enums.ForeignKeep.All);
    }

    /// <summary>A disc on transparency; 4 bands.</summary>
    public static Image Disc(int size = 256)
    {
        using var clear = Image.Black(size, size, bands: 4);
        using var drawn = clear.Mutate(canvas => canvas.DrawCircle([230, 60, 30, 255], size / 2, size / 2, size / 3, fill: true));
        using var bytes = drawn.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: Enums.Interpretation.Srgb).CopyMemory();
    }

    public static byte[] PngWithAlpha(int size = 256)
    {
        using var image = Disc(size);
        return image.PngsaveBuffer();
    }

    /// <summary>
    /// Frames of plain colours (red, green, blue, …), each with a white bar on its left edge; delays 100, 200, 300 ms, …; repeats three times.
    /// </summary>
    public static Image Animation(int frames = 3, int width = 60, int height = 40)
    {
        double[][] colours = [[200, 30, 30], [30, 160, 40], [40, 60, 200], [220, 200, 40], [120, 40, 160]];
        var pages = Enumerable.Range(0, frames).Select(i =>
        {
            using var black = Image.Black(width, height, bands: 3);
            return black.Mutate(canvas =>
            {
                canvas.DrawRect(colours[i % colours.Length], 0, 0, width, height, fill: true);
                canvas.DrawRect([255, 255, 255], 0, 0, width / 6, height, fill: true);
            });
        }).ToArray();
        using var roll = Image.Arrayjoin(pages, across: 1);
        using var bytes = roll.Cast(Enums.BandFormat.Uchar);
        using var colour = bytes.Copy(interpretation: Enums.Interpretation.Srgb);
        return colour.Mutate(image =>
        {
            image.Set(GValue.GIntType, "page-height", height);
            image.Set(GValue.ArrayIntType, "delay", Enumerable.Range(1, frames).Select(i => i * 100).ToArray());
            image.Set(GValue.GIntType, "loop", 3);
        }).CopyMemory();
    }

    public static byte[] Gif(int frames = 3, int width = 60, int height = 40)
    {
        using var roll = Animation(frames, width, height);
        return roll.GifsaveBuffer();
    }

    public static byte[] AnimatedWebp(int frames = 3, int width = 60, int height = 40)
    {
        using var roll = Animation(frames, width, height);
        return roll.WebpsaveBuffer(lossless: true);
    }

    public static byte[] Exif(int orientation, string? artist = null, string? notice = null) =>
        [.. "Exif\0\0"u8, .. ExifWriter.Write(orientation, new Copyright(artist, notice))];

    // The inverse of what a viewer does for the orientation.
    private static Image Store(Image upright, int orientation)
    {
        switch (orientation)
        {
            case 2: return upright.FlipHor();
            case 3: return upright.Rot180();
            case 4: return upright.FlipVer();
            case 5: using (var turned = upright.Rot270()) return turned.FlipVer();
            case 6: return upright.Rot270();
            case 7: using (var turned = upright.Rot270()) return turned.FlipHor();
            case 8: return upright.Rot90();
            default: return upright.Copy();
        }
    }
}
