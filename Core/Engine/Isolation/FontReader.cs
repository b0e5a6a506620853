using System.Buffers.Binary;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Errors;

namespace ImageService.Core.Engine.Isolation;

/// <summary>Judges a font and draws and shapes every glyph of it once. Runs in the isolated decoder only.</summary>
internal static class FontReader
{
    // Of the file, and what FreeType, Skia and HarfBuzz make of it.
    private const int Copies = 6;
    private const long Floor = 48L << 20;
    private const float TestSize = 64;
    private const int Together = 500;

    /// <param name="request">What to read.</param>
    /// <param name="admit">Told the bytes that reading will take; returns when they may be taken.</param>
    public static Result<DecodeReply> Read(DecodeRequest request, Action<long> admit)
    {
        var bytes = File.ReadAllBytes(request.Path);
        if (Judge(bytes) is { } refused)
            return refused;
        admit(Floor + ((long)bytes.Length * Copies));
        if (OverlayFace.Read(bytes) is not { } face)
            return EngineErrors.DamagedFont();
        Draw(face);
        foreach (var runes in FontDescription.CoveredBy(face).Chunk(Together))
            _ = TextLayout.Lay(string.Concat(runes.Select(static rune => rune.ToString())), [face], double.PositiveInfinity);
        var description = FontDescription.Of(face);
        return description.Scripts.Count == 0 && description.Glyphs < 2 ? EngineErrors.DamagedFont() : new DecodeReply { Font = description };
    }

    // OpenType 1.9, "Organization of an OpenType font".
    private static Error? Judge(ReadOnlySpan<byte> bytes) =>
        bytes.Length < 12 ? EngineErrors.NoFont("it is too short") : BinaryPrimitives.ReadUInt32BigEndian(bytes) switch
        {
            0x00010000 or 0x4F54544F or 0x74727565 => null,
            0x74746366 => EngineErrors.NoFont("it is a collection of several"),
            0x774F4646 or 0x774F4632 => EngineErrors.NoFont("it is packed for the web (WOFF)"),
            _ => EngineErrors.NoFont("its content is something else"),
        };

    private static void Draw(OverlayFace face)
    {
        using var font = face.At(TestSize);
        for (var glyph = 0; glyph < face.Typeface.GlyphCount; glyph++)
        {
            using var path = font.GetGlyphPath((ushort)glyph);
            _ = path?.Bounds;
        }
    }
}
