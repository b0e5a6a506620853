namespace ImageService.Core.Operations;

/// <summary>Replaces a preset's name by its operations.</summary>
public static class OperationsMerge
{
    /// <summary>
    /// The URL's operations over the preset's: a value in the URL wins, a flag set in either is set.
    /// A preset that is <c>original</c> stays so unless the URL changes more than the format.
    /// </summary>
    /// <returns>Operations that name no preset.</returns>
    public static ImageOperations Over(this ImageOperations url, ImageOperations preset)
    {
        var (width, height, ratio) = Shape(url, preset);
        return new ImageOperations
        {
            Original = url.Original || (preset.Original && ChangesNoPixels(url)),
            Width = width,
            Height = height,
            Fit = url.Fit ?? preset.Fit,
            Gravity = url.Gravity ?? preset.Gravity,
            Background = url.Background ?? preset.Background,
            Quality = url.Quality ?? preset.Quality,
            Format = url.Format ?? preset.Format,
            Rotation = url.Rotation ?? preset.Rotation,
            Sharpen = url.Sharpen ?? preset.Sharpen,
            Blur = url.Blur ?? preset.Blur,
            Greyscale = url.Greyscale || preset.Greyscale,
            Flip = url.Flip || preset.Flip,
            Flop = url.Flop || preset.Flop,
            FocalX = url.FocalX ?? preset.FocalX,
            FocalY = url.FocalY ?? preset.FocalY,
            AspectRatio = ratio,
            Dpr = url.Dpr ?? preset.Dpr,
            Crop = url.Crop ?? preset.Crop,
            Trim = url.Trim ?? preset.Trim,
            Pad = url.Pad ?? preset.Pad,
            Round = url.Round ?? preset.Round,
            Brightness = url.Brightness ?? preset.Brightness,
            Contrast = url.Contrast ?? preset.Contrast,
            Saturation = url.Saturation ?? preset.Saturation,
            Gamma = url.Gamma ?? preset.Gamma,
            Tint = url.Tint ?? preset.Tint,
            Duotone = url.Duotone ?? preset.Duotone,
            Pixelate = url.Pixelate ?? preset.Pixelate,
            MaxBytes = url.MaxBytes ?? preset.MaxBytes,
            Overlay = url.Overlay ?? preset.Overlay,
            Overlay2 = url.Overlay2 ?? preset.Overlay2,
            Overlay3 = url.Overlay3 ?? preset.Overlay3,
            OverlayDpr = url.OverlayDpr ?? preset.OverlayDpr,
            Texts = url.Texts?.Over(preset.Texts) ?? preset.Texts,
        };
    }

    /// <summary>
    /// Sides and ratio, never all three: a ratio in the URL replaces the preset's height (or the width, where the URL says the height);
    /// where the URL's sides make two with the preset's, the preset's ratio gives way.
    /// </summary>
    private static (int? Width, int? Height, AspectRatio? Ratio) Shape(ImageOperations url, ImageOperations preset)
    {
        var (width, height) = (url.Width ?? preset.Width, url.Height ?? preset.Height);
        if (url.AspectRatio is { } ratio)
            return url.Height is not null ? (url.Width, url.Height, ratio) : (width, width is null ? height : null, ratio);
        return (width, height, width is null || height is null ? preset.AspectRatio : null);
    }

    private static bool ChangesNoPixels(ImageOperations url) => (url with { Preset = null, Format = null }) == new ImageOperations();
}
