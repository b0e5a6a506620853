using SkiaSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>An element that has found its place and only needs a canvas.</summary>
/// <param name="element">What it was made of.</param>
/// <param name="box">Its place before it is turned.</param>
/// <param name="margin">How far its ink may reach beyond the box, px.</param>
/// <param name="draw">Draws it, unturned and opaque.</param>
/// <param name="held">What is to be released with it; null for nothing.</param>
internal sealed class PaintedElement(OverlayElement element, PixelBox box, double margin, Action<SKCanvas> draw, IDisposable? held) : IDisposable
{
    public OverlayBlend Blend => element.Blend;

    /// <summary>All pixels it may touch, px of the picture.</summary>
    public SKRectI Bounds
    {
        get
        {
            var rect = new SKRect(box.X, box.Y, box.X + box.Width, box.Y + box.Height);
            rect.Inflate((float)margin, (float)margin);
            return SKRectI.Ceiling(IsTurned ? Turn.MapRect(rect) : rect, outwards: true);
        }
    }

    private bool IsTurned => element.Rotate % 360 != 0;

    private SKMatrix Turn => SKMatrix.CreateRotationDegrees((float)element.Rotate, box.X + (box.Width / 2f), box.Y + (box.Height / 2f));

    public void DrawOn(SKCanvas canvas)
    {
        var saved = canvas.Save();
        if (IsTurned)
            canvas.Concat(Turn);
        if (element.Opacity < 1)
        {
            using var layer = new SKPaint { Color = SKColors.White.WithAlpha((byte)Math.Round(element.Opacity * byte.MaxValue)) };
            canvas.SaveLayer(layer);
        }

        draw(canvas);
        canvas.RestoreToCount(saved);
    }

    public void Dispose() => held?.Dispose();
}
