using System.Text;
using HarfBuzzSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>What a font is.</summary>
/// <param name="Family">As the file says, at most 255 characters.</param>
/// <param name="Style">Likewise.</param>
/// <param name="Scripts">Scripts it has at least a few letters of, by ISO 15924.</param>
/// <param name="Glyphs">How many it has.</param>
public sealed record FontDescription(string Family, string Style, IReadOnlyList<string> Scripts, int Glyphs)
{
    private const int Few = 10;
    private const int MostName = 255;

    internal static FontDescription Of(OverlayFace face)
    {
        var scripts = CoveredBy(face).GroupBy(static rune => UnicodeFunctions.Default.GetScript(rune.Value))
            .Where(static group => group.Key != Script.Common && group.Key != Script.Inherited && group.Key != Script.Unknown && group.Count() >= Few)
            .Select(static group => group.Key.ToString()).Order(StringComparer.Ordinal);
        return new FontDescription(
            Named(face.Typeface.FamilyName), Named(StyleOf(face)), [.. scripts], face.Typeface.GlyphCount);
    }

    /// <summary>Characters that the font has a glyph for.</summary>
    internal static IEnumerable<Rune> CoveredBy(OverlayFace face)
    {
        for (var codepoint = 0x20; codepoint < 0x30000; codepoint++)
        {
            if (Rune.IsValid(codepoint) && face.Has(codepoint))
                yield return new Rune(codepoint);
        }
    }

    private static string StyleOf(OverlayFace face) => (face.Typeface.IsBold, face.Typeface.IsItalic) switch
    {
        (true, true) => "Bold Italic",
        (true, false) => "Bold",
        (false, true) => "Italic",
        _ => "Regular",
    };

    private static string Named(string? text)
    {
        var name = string.Concat((text ?? "").Where(static letter => !char.IsControl(letter) && !char.IsSurrogate(letter))).Trim();
        return name.Length == 0 ? "Unnamed" : name[..Math.Min(name.Length, MostName)];
    }
}

/// <summary>A font that everybody has.</summary>
/// <param name="Slug">As overlays name it.</param>
/// <param name="Description">What it is.</param>
/// <param name="SizeBytes">Of its file.</param>
public sealed record ShippedFont(string Slug, FontDescription Description, int SizeBytes);
