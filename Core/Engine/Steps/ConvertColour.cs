using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Makes the pixels 8 bit sRGB (three bands, or four with alpha), by the embedded profile where it says something else.</summary>
internal static class ConvertColour
{
    /// <param name="image">Of any colour space.</param>
    /// <param name="profile">How its embedded profile bears on it.</param>
    /// <param name="run">Owner of what is made.</param>
    public static Image Apply(Image image, ProfileKind profile, TransformRun run)
    {
        if (profile == ProfileKind.Other)
            image = ByProfile(image, run);
        if (image.Interpretation != Enums.Interpretation.Srgb)
            image = run.Keep(image.Colourspace(Enums.Interpretation.Srgb));
        return image.Format == Enums.BandFormat.Uchar ? image : run.Keep(image.Cast(Enums.BandFormat.Uchar));
    }

    private static Image ByProfile(Image image, TransformRun run)
    {
        try
        {
            return run.Keep(image.IccTransform("srgb", embedded: true, intent: Enums.Intent.Relative, blackPointCompensation: true, depth: 8));
        }
        catch (VipsException)
        {
            // A profile that does not fit the pixels (an RGB profile in a grey picture) says nothing: take the colour space's own meaning.
            return image;
        }
    }
}
