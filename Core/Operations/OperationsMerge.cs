namespace ImageService.Core.Operations;

/// <summary>Replaces a preset's name by its operations.</summary>
public static class OperationsMerge
{
    /// <summary>
    /// The URL's operations over the preset's: a value in the URL wins, a flag set in either is set.
    /// A preset that is <c>original</c> stays so unless the URL changes more than the format.
    /// </summary>
    /// <returns>Operations that name no preset.</returns>
    public static ImageOperations Over(this ImageOperations url, ImageOperations preset) => new()
    {
        Original = url.Original || (preset.Original && ChangesNoPixels(url)),
        Width = url.Width ?? preset.Width,
        Height = url.Height ?? preset.Height,
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
    };

    private static bool ChangesNoPixels(ImageOperations url) => (url with { Preset = null, Format = null }) == new ImageOperations();
}
