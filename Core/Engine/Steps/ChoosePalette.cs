using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>
/// Chooses the colours of a large still GIF from a reduced copy: finding them in every pixel takes longer than using them, and a quarter of a megapixel
/// shows the same ones. The encoder finds them on the image.
/// </summary>
internal static class ChoosePalette
{
    /// <summary>Larger stills get this many colours, as a power of two.</summary>
    public const int Bits = 7;

    private const string Field = "gif-palette";
    private const long LargePixels = 1_000_000;
    private const double EnoughPixels = 250_000;

    /// <summary>
    /// Whether the palette is chosen beforehand: large and opaque. With alpha the encoder keeps a colour for transparency and chooses by itself.
    /// </summary>
    public static bool Applies(Image image, ImageFormat format, bool animated) =>
        format == ImageFormat.Gif && !animated && !image.HasAlpha() && (long)image.Width * image.Height > LargePixels;

    /// <param name="image">Finished; is computed into memory, for it is read twice.</param>
    /// <param name="run">Keeps what is made.</param>
    public static Image Apply(Image image, TransformRun run)
    {
        var settled = run.Settle(image);
        var reduction = (int)Math.Ceiling(Math.Sqrt((double)settled.Width * settled.Height / EnoughPixels));
        using var reduced = settled.Shrink(reduction, reduction);
        using var indexed = Image.GifloadBuffer(reduced.GifsaveBuffer(effort: 1, bitdepth: Bits, keep: Enums.ForeignKeep.None));
        var palette = (int[])indexed.Get(Field);
        return run.Keep(settled.Mutate(mutable => mutable.Set(GValue.ArrayIntType, Field, palette)));
    }
}
