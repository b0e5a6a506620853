using System.Runtime.InteropServices;
using HarfBuzzSharp;
using SkiaSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>A font as Skia draws it and HarfBuzz shapes it. Thread-safe once made; lives as long as the process.</summary>
internal sealed class OverlayFace
{
    private readonly Face _face;
    private readonly SKFont _any;

    private OverlayFace(SKTypeface typeface, Face face, int sizeBytes) =>
        (Typeface, _face, _any, SizeBytes) = (typeface, face, new SKFont(typeface), sizeBytes);

    public SKTypeface Typeface { get; }

    /// <summary>Of its file.</summary>
    public int SizeBytes { get; }

    /// <summary>Reads a font's bytes; null where they are none.</summary>
    public static OverlayFace? Read(byte[] bytes)
    {
        if (TypefaceOf(SKData.CreateCopy(bytes)) is not { } typeface)
            return null;
        var copy = Marshal.AllocHGlobal(bytes.Length);
        Marshal.Copy(bytes, 0, copy, bytes.Length);
        return Of(typeface, new Blob(copy, bytes.Length, MemoryMode.ReadOnly, () => Marshal.FreeHGlobal(copy)));
    }

    /// <summary>Reads a font where it lies, without a copy; null where it is none.</summary>
    /// <param name="address">Of its first byte; what lies there stays as long as the process.</param>
    /// <param name="length">Bytes.</param>
    public static OverlayFace? Read(nint address, int length) =>
        TypefaceOf(SKData.Create(address, length)) is { } typeface ? Of(typeface, new Blob(address, length, MemoryMode.ReadOnly)) : null;

    private static SKTypeface? TypefaceOf(SKData data) => SKTypeface.FromData(data) is { GlyphCount: > 0 } typeface ? typeface : null;

    private static OverlayFace Of(SKTypeface typeface, Blob blob)
    {
        blob.MakeImmutable();
        var face = new Face(blob, 0);
        face.MakeImmutable();
        return new OverlayFace(typeface, face, blob.Length);
    }

    /// <summary>Whether it has a glyph for a code point.</summary>
    public bool Has(int codepoint) => _any.ContainsGlyph(codepoint);

    /// <summary>A sizeless font for one shaping: distances come in units of the em, of which there are <see cref="UnitsPerEm"/>.</summary>
    public HarfBuzzSharp.Font NewFont()
    {
        var font = new HarfBuzzSharp.Font(_face);
        font.SetFunctionsOpenType();
        font.SetScale(UnitsPerEm, UnitsPerEm);
        return font;
    }

    public int UnitsPerEm => _face.UnitsPerEm;

    /// <summary>How it is drawn: outlines as they are, at fractions of pixels, so that the same text is the same at every place.</summary>
    public SKFont At(float size) => new(Typeface, size)
    {
        Subpixel = true,
        LinearMetrics = true,
        Hinting = SKFontHinting.None,
        Edging = SKFontEdging.Antialias,
    };
}
