using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>
/// Makes the pixels 8 bit sRGB (three bands, or four with alpha): by the embedded profile where it says something else, else by what the file says of its
/// colours
/// otherwise.
/// </summary>
internal static class ConvertColour
{
    // What the uppermost of 32 bits' 8 bits are worth.
    private const double TopByte = 1 << 24;

    /// <param name="image">Of any colour space, from the bytes of the run's header.</param>
    /// <param name="run">Owner of what is made.</param>
    public static Image Apply(Image image, TransformRun run)
    {
        image = WithoutWideIntegers(image, run);
        if (run.Header.Profile == ProfileKind.Other)
            image = ByProfile(image, run, embedded: true);
        else if (image.Interpretation == Enums.Interpretation.Cmyk)
            image = ByProfile(image, run, embedded: false);
        else if (run.Header.Profile == ProfileKind.None && run.Header.Signal is { } signal && image.Format is Enums.BandFormat.Uchar or Enums.BandFormat.Ushort)
            image = ConvertSignal.Apply(image, signal, run);
        if (image.Interpretation != Enums.Interpretation.Srgb)
            image = run.Keep(image.Colourspace(Enums.Interpretation.Srgb));
        return image.Format == Enums.BandFormat.Uchar ? image : run.Keep(image.Cast(Enums.BandFormat.Uchar));
    }

    // Black stays black: inks' deepest black is mapped to the screen's, which the built-in profile of inks does in its perceptual table.
    private static Image ByProfile(Image image, TransformRun run, bool embedded)
    {
        try
        {
            return run.Keep(image.IccTransform(
                "srgb",
                embedded: embedded,
                inputProfile: embedded ? null : "cmyk",
                intent: embedded ? Enums.Intent.Relative : Enums.Intent.Perceptual,
                blackPointCompensation: true,
                depth: 8));
        }
        catch (VipsException)
        {
            // A profile that does not fit the pixels (an RGB profile in a grey picture) says nothing: take the colour space's own meaning.
            return image;
        }
    }

    // 32 bit integers, which TIFF can hold and libvips has no colour space for.
    private static Image WithoutWideIntegers(Image image, TransformRun run)
    {
        if (image.Format is not (Enums.BandFormat.Uint or Enums.BandFormat.Int))
            return image;
        var bytes = run.Keep(run.Keep(image * (1 / (image.Format == Enums.BandFormat.Uint ? TopByte : TopByte / 2))).Cast(Enums.BandFormat.Uchar));
        return run.Keep(bytes.Copy(interpretation: image.Bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb));
    }
}
