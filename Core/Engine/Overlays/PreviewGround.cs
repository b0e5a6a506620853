using NetVips;

namespace ImageService.Core.Engine.Overlays;

/// <summary>A plain picture to see an overlay on: light above, dark below, so that neither white nor black text hides.</summary>
public static class PreviewGround
{
    private const double Light = 205;
    private const double Dark = 70;

    /// <summary>As PNG.</summary>
    public static byte[] Png(PixelSize size)
    {
        using var places = Image.Xyz(size.Width, size.Height);
        using var rows = places.ExtractBand(1);
        using var grey = rows.Linear([(Dark - Light) / Math.Max(1, size.Height - 1)], [Light], uchar: true);
        using var colours = grey.Bandjoin([grey, grey]);
        using var picture = colours.Copy(interpretation: Enums.Interpretation.Srgb);
        return picture.PngsaveBuffer(compression: 1);
    }
}
