using NetVips;

namespace ImageService.Core.Engine;

/// <summary>Looks at finished pixels to choose settings: whether the picture was drawn.</summary>
internal static class ContentDetail
{
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
}
