using SkiaSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>Draws laid out text: the outline beneath the letters, each line where its alignment puts it.</summary>
internal static class TextPainter
{
    private const double MostPx = 2000;

    /// <summary>Null where the text is empty.</summary>
    public static PaintedElement? Prepare(OverlayText element, PixelSize picture, OverlayDrawing drawing, Func<string, IReadOnlyList<OverlayFace>> find)
    {
        var text = TextVariables.Fill(element.Text, drawing.Texts);
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var size = (float)Math.Clamp(element.Size.Px(picture.Width, drawing.Dpr), 1, MostPx);
        var faces = find(element.Font);
        var wrap = element.Width is { } width ? ElementPlace.Side(width.Px(picture.Width, drawing.Dpr)) : (int?)null;
        var lines = TextLayout.Lay(text, faces, wrap is { } most ? most / (double)size : double.PositiveInfinity);
        var step = element.LineHeight * size;
        var box = ElementPlace.Of(
            element, picture, drawing.Dpr,
            new PixelSize(wrap ?? Math.Max(1, (int)Math.Ceiling(lines.Max(line => line.Width) * size)), Math.Max(1, (int)Math.Ceiling(lines.Count * step))));
        var outline = (float)(element.Outline?.Width.Px(picture.Width, drawing.Dpr) ?? 0);

        // Letters may reach beyond their box, in scripts with high marks by most of a line.
        return new PaintedElement(element, box, size + outline + 1, canvas => Draw(canvas, element, lines, box, size, step, outline, faces[0]), null);
    }

    private static void Draw(
        SKCanvas canvas, OverlayText element, IReadOnlyList<TextLine> lines, PixelBox box, float size, double step, float outline, OverlayFace main)
    {
        using var font = main.At(size);
        var metrics = font.Metrics;
        var baseline = box.Y + ((step - (metrics.Descent - metrics.Ascent)) / 2) - metrics.Ascent;
        using var fill = ShapePainter.Paint(element.Color);
        using var around = element.Outline is { } line && outline > 0 ? ShapePainter.Paint(line.Color) : null;
        if (around is not null)
        {
            // Half of it lies beneath the letters.
            (around.Style, around.StrokeWidth, around.StrokeJoin) = (SKPaintStyle.Stroke, outline * 2, SKStrokeJoin.Round);
        }

        var blobs = lines.Select((text, index) => (
            Blob: Blob(text, size),
            X: (float)(box.X + Indent(element.Align, text, box.Width - (text.Width * size))),
            Y: (float)(baseline + (index * step)))).ToList();
        foreach (var paint in (SKPaint?[])[around, fill])
        {
            foreach (var (blob, x, y) in blobs)
            {
                if (paint is not null && blob is not null)
                    canvas.DrawText(blob, x, y, paint);
            }
        }

        blobs.ForEach(static it => it.Blob?.Dispose());
    }

    private static double Indent(OverlayAlign align, TextLine line, double room) => align switch
    {
        OverlayAlign.Center => room / 2,
        OverlayAlign.Right => room,
        OverlayAlign.Start when line.IsRightToLeft => room,
        _ => 0,
    };

    private static SKTextBlob? Blob(TextLine line, float size)
    {
        using var builder = new SKTextBlobBuilder();
        for (var start = 0; start < line.Glyphs.Count;)
        {
            var face = line.Glyphs[start].Face;
            var end = start;
            while (end < line.Glyphs.Count && ReferenceEquals(line.Glyphs[end].Face, face))
                end++;
            var glyphs = line.Glyphs.Skip(start).Take(end - start).ToArray();
            using var font = face.At(size);
            builder.AddPositionedRun(
                Array.ConvertAll(glyphs, static glyph => glyph.Id), font,
                Array.ConvertAll(glyphs, glyph => new SKPoint((float)(glyph.X * size), (float)(glyph.Y * size))));
            start = end;
        }

        return builder.Build();
    }
}
