using ImageService.Core.Errors;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>Draws an SVG, in a process that holds nothing else, at whatever size is asked for. The SVG itself is never served.</summary>
internal static class SvgRaster
{
    // What CSS calls an inch. libvips magnifies by it all the same, pixels too, as if they were of 72 to the inch.
    private const double PixelsPerInch = 96;
    private const double OnePixel = 72 / PixelsPerInch;

    // Paths and filters, and the surfaces of a few layers. More is taken only by drawings made for it, and cut off at the process's own limit.
    private const long DrawingBytes = 64L << 20;
    private const int BytesPerPixel = 12;

    // Placeholders are made of a drawing of about this size.
    private const int PreviewSide = 512;

    private const double MostMagnification = 64;

    // The longest side that cairo draws, px.
    private const double MostSide = 32_767;

    /// <summary>Draws a preview and tells the drawing's own size.</summary>
    /// <param name="request">What to draw.</param>
    /// <param name="admit">Told the bytes that drawing is likely to take.</param>
    /// <returns>A PNG and the nominal size, px.</returns>
    public static Result<DrawnSvg> Preview(DecodeRequest request, Action<long> admit)
    {
        if (SvgText.Read(request.Path) is not { } text)
            return EngineErrors.Undecodable(OriginalFormat.Svg);
        int width, height;
        using (var nominal = Open(text, 1))
            (width, height) = (nominal.Width, nominal.Height);
        if (width > ImageHeader.MaxSide || height > ImageHeader.MaxSide)
            return EngineErrors.SideTooLong(width, height, ImageHeader.MaxSide);
        if ((long)width * height > request.MaxPixels)
            return EngineErrors.TooManyPixels((long)width * height, request.MaxPixels);
        using var preview = Open(text, (double)PreviewSide / Math.Max(width, height));
        return new DrawnSvg(Save(preview, request, admit), width, height);
    }

    /// <summary>Draws a part at a size, uniformly scaled so that it is filled; the caller reduces what is over on one side.</summary>
    /// <returns>A PNG; exactly of the size where that is the part's own proportions.</returns>
    public static Result<RasterFile> Draw(DecodeRequest request, DrawRequest draw, Action<long> admit)
    {
        if (SvgText.Read(request.Path) is not { } text)
            return EngineErrors.Undecodable(OriginalFormat.Svg);
        var (width, height) = SizeOf(text);
        var scale = Math.Max(draw.Size.Width / (width * draw.Part.Width), draw.Size.Height / (height * draw.Part.Height));
        using var whole = Open(text, Math.Min(scale, MostSide / Math.Max(width, height)));
        using var part = Part(whole, draw.Part);

        // A pixel more or less is rounding: moved to the edge, for scaling would blur every line.
        using var exact = Math.Abs(part.Width - draw.Size.Width) <= 1 && Math.Abs(part.Height - draw.Size.Height) <= 1
            ? part.Embed(0, 0, draw.Size.Width, draw.Size.Height, extend: Enums.Extend.Copy)
            : part.Copy();
        return Save(exact, request, admit);
    }

    private static RasterFile Save(Image drawn, DecodeRequest request, Action<long> admit)
    {
        admit(Math.Min(request.MemoryBytes, DrawingBytes + ((long)drawn.Width * drawn.Height * BytesPerPixel)));
        var path = $"{request.WorkingCopyPath}.png";
        drawn.Pngsave(path, compression: 1, keep: Enums.ForeignKeep.None);
        return new RasterFile(path, OriginalFormat.Png, []);
    }

    // Sizes are told in whole pixels; of a magnified drawing they tell fractions too.
    private static (double Width, double Height) SizeOf(byte[] text)
    {
        double magnification;
        using (var nominal = Open(text, 1))
            magnification = Math.Clamp(Math.Floor(MostSide / (Math.Max(nominal.Width, nominal.Height) + 1)), 1, MostMagnification);
        using var large = Open(text, magnification);
        return (large.Width / magnification, large.Height / magnification);
    }

    private static Image Part(Image whole, PicturePart part)
    {
        if (part == PicturePart.Whole)
            return whole.Copy();
        var (left, width) = Edges(part.X, part.Width, whole.Width);
        var (top, height) = Edges(part.Y, part.Height, whole.Height);
        return whole.Crop(left, top, width, height);

        static (int From, int Length) Edges(double from, double length, int side)
        {
            var first = Math.Clamp((int)Math.Round(from * side), 0, side - 1);
            return (first, Math.Clamp((int)Math.Round((from + length) * side) - first, 1, side - first));
        }
    }

    // Read from memory, a document has no place of its own, so that it cannot refer to files; librsvg loads nothing from elsewhere.
    private static Image Open(byte[] text, double scale)
    {
        VipsRuntime.AllowSvg();
        return Image.SvgloadBuffer(text, dpi: PixelsPerInch, scale: scale * OnePixel, unlimited: false, access: Enums.Access.Sequential,
            failOn: Enums.FailOn.Error);
    }
}

/// <summary>A preview of a drawing.</summary>
/// <param name="Raster">PNG.</param>
/// <param name="Width">The drawing's own, px.</param>
/// <param name="Height">The drawing's own, px.</param>
internal sealed record DrawnSvg(RasterFile Raster, int Width, int Height);
