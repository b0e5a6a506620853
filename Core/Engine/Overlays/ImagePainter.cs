using ImageService.Core.Operations;
using SkiaSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>Pictures in overlays: decoded no larger than they are shown, their pixels untouched where the size is their own.</summary>
internal static class ImagePainter
{
    // Beyond this it is enlarged by drawing.
    public const long MostPixels = 16_000_000;
    private const double Edge = 1;

    public static PaintedElement Prepare(
        OverlayImage element, PixelSize picture, double dpr, IReadOnlyDictionary<(string Asset, int Version), TransformSource> pictures,
        IPictureDecoder decoder)
    {
        var size = default(PixelSize);
        var image = decoder.Decode(pictures[(element.Asset, element.Version)], own =>
        {
            size = SizeOf(element, picture, dpr, own);
            return Decoded(element.Fit, own, size);
        });
        var box = ElementPlace.Of(element, picture, dpr, size);
        return new PaintedElement(element, box, Edge, canvas => Draw(canvas, image, element, box), image);
    }

    /// <summary>The size at which a drawing of a picture shows sharply wherever overlays show it.</summary>
    /// <param name="asset">Id.</param>
    /// <param name="version">Which.</param>
    /// <param name="elements">Pictures that are shown, with what px are multiplied by.</param>
    /// <param name="picture">That they are shown on, px.</param>
    /// <param name="own">The drawing's own size, px.</param>
    public static PixelSize LargestOf(string asset, int version, IEnumerable<(OverlayImage Image, double Dpr)> elements, PixelSize picture, PixelSize own)
    {
        var scale = elements.Where(it => it.Image.Asset == asset && it.Image.Version == version)
            .Select(it => SizeOf(it.Image, picture, it.Dpr, own)).Max(size => Math.Max((double)size.Width / own.Width, (double)size.Height / own.Height));
        scale = Math.Min(scale, Math.Sqrt((double)MostPixels / own.Pixels));
        scale = Math.Min(scale, (double)OperationsGrammar.MaxSidePx / Math.Max(own.Width, own.Height));
        return new PixelSize(ElementPlace.Side(own.Width * scale), ElementPlace.Side(own.Height * scale));
    }

    /// <summary>Both sides said: the box, or what of it <c>contain</c> fills; one: the other in proportion; none: its own pixels, as CSS px.</summary>
    private static PixelSize SizeOf(OverlayImage element, PixelSize picture, double dpr, PixelSize own)
    {
        var (width, height) = (element.Width?.Px(picture.Width, dpr), element.Height?.Px(picture.Height, dpr));
        var (w, h) = (width, height) switch
        {
            (null, null) => (own.Width * dpr, own.Height * dpr),
            ({ } wide, null) => (wide, wide * own.Height / own.Width),
            (null, { } high) => (high * own.Width / own.Height, high),
            ({ } wide, { } high) when element.Fit == OverlayImageFit.Contain && Math.Min(wide / own.Width, high / own.Height) is var scale =>
                (own.Width * scale, own.Height * scale),
            ({ } wide, { } high) => (wide, high),
        };
        return new PixelSize(ElementPlace.Side(w), ElementPlace.Side(h));
    }

    private static PixelSize Decoded(OverlayImageFit fit, PixelSize own, PixelSize shown)
    {
        var (x, y) = ((double)shown.Width / own.Width, (double)shown.Height / own.Height);
        if (fit == OverlayImageFit.Contain && x <= 1 && y <= 1 && shown.Pixels <= MostPixels)
            return shown;
        var scale = Math.Min(Math.Min(1, Math.Max(x, y)), Math.Sqrt((double)MostPixels / own.Pixels));
        return new PixelSize(Math.Clamp(ElementPlace.Side(own.Width * scale), 1, own.Width), Math.Clamp(ElementPlace.Side(own.Height * scale), 1, own.Height));
    }

    private static void Draw(SKCanvas canvas, SKImage image, OverlayImage element, PixelBox box)
    {
        var target = new SKRect(box.X, box.Y, box.X + box.Width, box.Y + box.Height);
        var source = new SKRect(0, 0, image.Width, image.Height);
        if (element.Fit == OverlayImageFit.Cover && element.Width is not null && element.Height is not null)
        {
            var scale = Math.Min((float)image.Width / box.Width, (float)image.Height / box.Height);
            var (w, h) = (box.Width * scale, box.Height * scale);
            source = SKRect.Create((image.Width - w) / 2, (image.Height - h) / 2, w, h);
        }

        var isExact = element.Rotate % 360 == 0 && source.Width.Equals(target.Width) && source.Height.Equals(target.Height);
        var sampling = isExact ? new SKSamplingOptions(SKFilterMode.Nearest)
            : source.Width > target.Width ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
            : new SKSamplingOptions(SKCubicResampler.Mitchell);
        using var paint = new SKPaint { IsAntialias = true };
        canvas.DrawImage(image, source, target, sampling, paint);
    }
}
