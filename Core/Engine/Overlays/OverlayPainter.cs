using System.Runtime.InteropServices;
using SkiaSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>
/// Draws overlays with Skia into transparent tiles for one size of picture. Neighbours that are simply laid over each other share a tile; what blends
/// otherwise has one
/// of its own, for it must meet the picture itself.
/// </summary>
internal sealed class OverlayPainter(PixelSize picture, OverlayMaterial material, OverlayFonts fonts, IPictureDecoder decoder, CancellationToken stop)
{
    // A shared tile may be this much larger than what it holds.
    private const int MostWaste = 2;

    /// <summary>All tiles, in the order they are laid over the picture.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="OverlayPictureException">A picture cannot be decoded.</exception>
    public IReadOnlyList<OverlayTile> Paint()
    {
        List<OverlayTile> tiles = [];
        List<PaintedElement> group = [];
        try
        {
            foreach (var drawing in material.Drawings.Where(drawing => picture.Width >= drawing.MinWidth))
            {
                foreach (var element in drawing.Elements)
                {
                    stop.ThrowIfCancellationRequested();
                    if (Prepare(element, drawing) is not { } painted)
                        continue;
                    if (group.Count > 0 && !Joins(group, painted))
                        Finish(group, tiles);
                    group.Add(painted);
                }
            }

            Finish(group, tiles);
            return tiles;
        }
        finally
        {
            group.ForEach(static element => element.Dispose());
        }
    }

    /// <summary>Null where nothing of it can be seen.</summary>
    private PaintedElement? Prepare(OverlayElement element, OverlayDrawing drawing)
    {
        if (element.Opacity <= 0)
            return null;
        var painted = element switch
        {
            OverlayImage image => ImagePainter.Prepare(image, picture, drawing.Dpr, material.Pictures, decoder),
            OverlayText text => TextPainter.Prepare(text, picture, drawing, name => fonts.Find(name, material.Fonts)),
            OverlayShape shape => ShapePainter.Prepare(shape, picture, drawing.Dpr),
            _ => throw new ArgumentOutOfRangeException(nameof(element)),
        };
        if (painted is null || !Intersect(painted.Bounds).IsEmpty)
            return painted;
        painted.Dispose();
        return null;
    }

    private bool Joins(List<PaintedElement> group, PaintedElement next)
    {
        if (next.Blend != OverlayBlend.Normal || group[0].Blend != OverlayBlend.Normal)
            return false;
        var union = Intersect(next.Bounds);
        var held = Area(union);
        foreach (var bounds in group.Select(element => Intersect(element.Bounds)))
        {
            union.Union(bounds);
            held += Area(bounds);
        }

        return Area(union) <= MostWaste * held;
    }

    private void Finish(List<PaintedElement> group, List<OverlayTile> tiles)
    {
        if (group.Count == 0)
            return;
        var bounds = Intersect(group[0].Bounds);
        foreach (var element in group.Skip(1))
            bounds.Union(Intersect(element.Bounds));
        var info = new SKImageInfo(bounds.Width, bounds.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        using (var surface = SKSurface.Create(info) ?? throw new InvalidOperationException("There is no memory for an overlay's pixels."))
        {
            var canvas = surface.Canvas;
            canvas.Clear(SKColors.Transparent);
            canvas.Translate(-bounds.Left, -bounds.Top);
            foreach (var element in group)
            {
                stop.ThrowIfCancellationRequested();
                element.DrawOn(canvas);
            }

            tiles.Add(new OverlayTile(new PixelBox(bounds.Left, bounds.Top, bounds.Width, bounds.Height), Pixels(surface, info), group[0].Blend));
        }

        group.ForEach(static element => element.Dispose());
        group.Clear();
    }

    private static byte[] Pixels(SKSurface surface, SKImageInfo info)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(info.BytesSize);
        var pinned = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            return surface.ReadPixels(info.WithAlphaType(SKAlphaType.Unpremul), pinned.AddrOfPinnedObject(), info.RowBytes, 0, 0)
                ? pixels
                : throw new InvalidOperationException("An overlay's pixels cannot be read.");
        }
        finally
        {
            pinned.Free();
        }
    }

    private SKRectI Intersect(SKRectI bounds) => SKRectI.Intersect(bounds, new SKRectI(0, 0, picture.Width, picture.Height));

    private static long Area(SKRectI bounds) => (long)bounds.Width * bounds.Height;
}

/// <summary>Pixels to be laid over a picture.</summary>
/// <param name="Box">Where; inside the picture.</param>
/// <param name="Pixels">RGBA, 8 bit, alpha not multiplied in.</param>
/// <param name="Blend">How it meets the picture.</param>
internal sealed record OverlayTile(PixelBox Box, byte[] Pixels, OverlayBlend Blend);

/// <summary>Turns an asset's bytes into pixels of a wanted size.</summary>
internal interface IPictureDecoder
{
    /// <param name="source">The bytes.</param>
    /// <param name="wanted">Told the picture's own upright size; answers the size to be decoded at, no larger.</param>
    SKImage Decode(TransformSource source, Func<PixelSize, PixelSize> wanted);
}
