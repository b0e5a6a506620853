using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>Looks at finished pixels to choose settings: how much detail hides the traces of compression, and whether the picture was drawn.</summary>
internal static class ContentDetail
{
    private const int EconomicalStep = 20;

    /// <summary>
    /// The quality of <c>q_auto</c>: the lowest at which a picture of its kind looks the same at arm's length. Smooth pictures show banding and
    /// blocks first and get more; busy ones hide them and get less.
    /// </summary>
    /// <param name="image">Settled pixels, 8 bit sRGB.</param>
    /// <param name="format">A format with a quality; PNG and GIF have none and get 100.</param>
    /// <param name="isEconomical">One step lower: traces of compression show to who looks for them.</param>
    public static int AutoQuality(Image image, ImageFormat format, bool isEconomical = false)
    {
        var step = isEconomical ? EconomicalStep : 0;
        // 0 smooth … 1 busy; photographs lie around 0.3 to 0.6.
        var busy = Math.Clamp(Roughness(image) / 24, 0, 1);
        return format switch
        {
            ImageFormat.Jpg => (int)Math.Round(84 - (12 * busy) - step),
            ImageFormat.Webp => (int)Math.Round(82 - (12 * busy) - step),
            ImageFormat.Jxl => (int)Math.Round(82 - (12 * busy) - step),
            ImageFormat.Avif => (int)Math.Round(78 - (14 * busy) - step),
            _ => 100,
        };
    }

    /// <summary>Whether most neighbours are exactly equal, as in drawings, screenshots and logos.</summary>
    /// <param name="image">Settled pixels.</param>
    public static bool LooksDrawn(Image image)
    {
        if (image.Width < 2)
            return true;
        using var one = image.ExtractBand(Math.Min(1, image.Bands - 1));
        using var left = one.Crop(0, 0, image.Width - 1, image.Height);
        using var right = one.Crop(1, 0, image.Width - 1, image.Height);
        using var same = left.Equal(right);
        return same.Avg() > 0.4 * 255;
    }

    // Mean absolute difference between the green channel and its neighbourhood.
    private static double Roughness(Image image)
    {
        if (image.Width < 3 || image.Height < 3)
            return 0;
        using var green = image.ExtractBand(Math.Min(1, image.Bands - 1));
        using var smooth = green.Gaussblur(1.2);
        using var difference = green - smooth;
        using var absolute = difference.Abs();
        return absolute.Avg() * 4;
    }
}
