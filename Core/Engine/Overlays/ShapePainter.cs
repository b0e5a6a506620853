using ImageService.Core.Operations;
using SkiaSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>Rectangles, ellipses and lines. Edges of rectangles lie on whole pixels.</summary>
internal static class ShapePainter
{
    // Antialiased edges reach into the next pixel.
    private const double Edge = 1;

    public static PaintedElement? Prepare(OverlayShape shape, PixelSize picture, double dpr)
    {
        if (shape.Color is null && shape.Outline is null)
            return null;
        var thickness = Math.Max(1, shape.Size.Px(picture.Width, dpr));
        var least = shape.Kind == OverlayShapeKind.Line ? thickness : 1;
        var size = new PixelSize(
            ElementPlace.Side(shape.Width?.Px(picture.Width, dpr) ?? least), ElementPlace.Side(shape.Height?.Px(picture.Height, dpr) ?? least));
        var box = ElementPlace.Of(shape, picture, dpr, size);
        var rect = new SKRect(box.X, box.Y, box.X + box.Width, box.Y + box.Height);
        if (shape.Kind == OverlayShapeKind.Line)
            return new PaintedElement(shape, box, thickness + Edge, canvas => DrawLine(canvas, shape, rect, (float)thickness), null);
        var radius = (float)Math.Min(shape.Radius.Px(picture.Width, dpr), Math.Min(box.Width, box.Height) / 2.0);
        var outline = (float)Math.Min(shape.Outline?.Width.Px(picture.Width, dpr) ?? 0, Math.Min(box.Width, box.Height) / 2.0);
        return new PaintedElement(shape, box, Edge, canvas => DrawFigure(canvas, shape, rect, radius, outline), null);
    }

    private static void DrawFigure(SKCanvas canvas, OverlayShape shape, SKRect rect, float radius, float outline)
    {
        if (shape.Color is { } color)
        {
            using var paint = Paint(color);
            Draw(canvas, shape.Kind, rect, radius, paint);
        }

        if (shape.Outline is { } line && outline > 0)
        {
            using var paint = Paint(line.Color);
            paint.Style = SKPaintStyle.Stroke;
            paint.StrokeWidth = outline;
            rect.Inflate(-outline / 2, -outline / 2);
            Draw(canvas, shape.Kind, rect, Math.Max(0, radius - (outline / 2)), paint);
        }
    }

    private static void Draw(SKCanvas canvas, OverlayShapeKind kind, SKRect rect, float radius, SKPaint paint)
    {
        if (kind == OverlayShapeKind.Ellipse)
            canvas.DrawOval(rect, paint);
        else if (radius > 0)
            canvas.DrawRoundRect(rect, radius, radius, paint);
        else
            canvas.DrawRect(rect, paint);
    }

    private static void DrawLine(SKCanvas canvas, OverlayShape shape, SKRect rect, float thickness)
    {
        using var paint = Paint(shape.Color ?? shape.Outline!.Value.Color);
        if (shape.Width is null || shape.Height is null)
        {
            canvas.DrawRect(rect, paint);
            return;
        }

        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = thickness;
        canvas.DrawLine(rect.Left, rect.Top, rect.Right, rect.Bottom, paint);
    }

    internal static SKPaint Paint(Rgba color) => new() { Color = new SKColor(color.Red, color.Green, color.Blue, color.Alpha), IsAntialias = true };
}
