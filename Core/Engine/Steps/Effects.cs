using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Greyscale, blur, sharpen, in this order, on output pixels.</summary>
internal static class Effects
{
    // A Gaussian this wide is the same picture when made on fewer pixels.
    private const double WidestExactSigma = 12;

    // Where the bell is cut off. libvips' own 0.2 leaves out what is beyond 1.8 sigma, and blurs by five sixths of what was asked for.
    private const double LeastAmplitude = 0.02;

    public static Image Apply(Image image, TransformRun run)
    {
        if (run.Operations.Greyscale)
            image = Greyscale(image, run);
        if (run.Operations.Blur is > 0 and var sigma)
            image = Blur(image, sigma, run);
        return run.Operations.Sharpen is > 0 and var amount ? Sharpen(image, amount, run) : image;
    }

    // What lies hidden beneath transparency would brighten or darken the edges that show.
    private static Image Sharpen(Image image, double amount, TransformRun run)
    {
        if (!image.HasAlpha())
            return run.Keep(image.Sharpen(sigma: amount, m1: 1, m2: 2));
        var premultiplied = run.Keep(run.Keep(image.Premultiply()).Cast(Enums.BandFormat.Uchar));
        var sharpened = run.Keep(premultiplied.Sharpen(sigma: amount, m1: 1, m2: 2));
        return run.Keep(run.Keep(sharpened.Unpremultiply()).Cast(Enums.BandFormat.Uchar));
    }

    private static Image Blur(Image image, double sigma, TransformRun run)
    {
        var alpha = image.HasAlpha();
        var picture = alpha ? run.Keep(image.Premultiply()) : image;
        var reduction = sigma > WidestExactSigma ? Math.Min(sigma / WidestExactSigma * 2, Math.Max(image.Width, image.Height)) : 1;
        if (reduction > 1)
        {
            var (width, height) = (Math.Max(1, Math.Round(image.Width / reduction)), Math.Max(1, Math.Round(image.Height / reduction)));
            picture = run.Keep(picture.Resize(width / image.Width, vscale: height / image.Height));
        }

        picture = run.Keep(picture.Gaussblur(sigma / reduction, minAmpl: LeastAmplitude));
        if (picture.Width != image.Width || picture.Height != image.Height)
        {
            // The small picture is read again and again while it is drawn large.
            picture = run.Settle(picture);
            picture = run.Keep(picture.Resize((double)image.Width / picture.Width, Enums.Kernel.Cubic, vscale: (double)image.Height / picture.Height));
        }

        if (alpha)
            picture = run.Keep(picture.Unpremultiply());
        return picture.Format == Enums.BandFormat.Uchar ? picture : run.Keep(picture.Cast(Enums.BandFormat.Uchar));
    }

    private static Image Greyscale(Image image, TransformRun run)
    {
        var grey = run.Keep(image.Colourspace(Enums.Interpretation.Bw));
        return run.Keep(grey.Colourspace(Enums.Interpretation.Srgb));
    }
}
