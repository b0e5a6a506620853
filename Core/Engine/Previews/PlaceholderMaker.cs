using NetVips;

namespace ImageService.Core.Engine.Previews;

/// <summary>Makes all placeholders of a picture from one small raster of it.</summary>
internal static class PlaceholderMaker
{
    /// <summary>Longest side of the raster, px; ThumbHash takes at most 100.</summary>
    private const int Side = 64;

    /// <param name="picture">Upright, 8 bit sRGB with or without alpha, settled.</param>
    public static Placeholders Make(Image picture)
    {
        var scale = Math.Min(1, (double)Side / Math.Max(picture.Width, picture.Height));
        var (width, height) = (Math.Max(1, (int)Math.Round(picture.Width * scale)), Math.Max(1, (int)Math.Round(picture.Height * scale)));
        var raster = Raster(picture, width, height);
        var colours = ColourPalette.Find(raster);
        return new Placeholders(
            BlurHash.Encode(raster, width, height, width >= height ? 4 : 3, width >= height ? 3 : 4),
            ThumbHash.Encode(raster, width, height),
            colours[0],
            colours);
    }

    private static byte[] Raster(Image picture, int width, int height)
    {
        using var opaque = picture.HasAlpha() ? picture.Copy() : picture.AddAlpha();
        using var premultiplied = opaque.Premultiply();
        using var resized = premultiplied.Resize((double)width / picture.Width, vscale: (double)height / picture.Height);
        using var plain = resized.Unpremultiply();
        using var small = plain.Cast(Enums.BandFormat.Uchar);
        return small.WriteToMemory<byte>();
    }
}
