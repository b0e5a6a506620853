using ImageService.Core.Engine.Overlays;
using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Lays overlays over a finished picture. Their tiles are drawn once for all frames of an animation, which are of one size.</summary>
internal static class DrawOverlays
{
    private const int Colours = 3;

    public static Image Apply(Image image, TransformRun run)
    {
        if (run.Overlays is not { } overlays)
            return image;
        var hasAlpha = image.HasAlpha();
        foreach (var layer in overlays.For(new PixelSize(image.Width, image.Height), run))
        {
            image = run.Keep(image.Composite2(layer.Pixels, ModeOf(layer.Blend), x: layer.Box.X, y: layer.Box.Y));
            if (image.Format != Enums.BandFormat.Uchar)
                image = run.Keep(image.Cast(Enums.BandFormat.Uchar));
            if (!hasAlpha)
                image = run.Keep(image.ExtractBand(0, n: Colours));
        }

        return image;
    }

    private static Enums.BlendMode ModeOf(OverlayBlend blend) => blend switch
    {
        OverlayBlend.Normal => Enums.BlendMode.Over,
        OverlayBlend.Multiply => Enums.BlendMode.Multiply,
        OverlayBlend.Screen => Enums.BlendMode.Screen,
        OverlayBlend.Overlay => Enums.BlendMode.Overlay,
        OverlayBlend.Darken => Enums.BlendMode.Darken,
        OverlayBlend.Lighten => Enums.BlendMode.Lighten,
        OverlayBlend.ColorDodge => Enums.BlendMode.ColourDodge,
        OverlayBlend.ColorBurn => Enums.BlendMode.ColourBurn,
        OverlayBlend.HardLight => Enums.BlendMode.HardLight,
        OverlayBlend.SoftLight => Enums.BlendMode.SoftLight,
        OverlayBlend.Difference => Enums.BlendMode.Difference,
        OverlayBlend.Exclusion => Enums.BlendMode.Exclusion,
        _ => throw new ArgumentOutOfRangeException(nameof(blend)),
    };
}
