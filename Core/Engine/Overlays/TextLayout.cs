using System.Globalization;
using System.Text;
using HarfBuzzSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>
/// Breaks text into lines and each line into glyphs at their places: one direction, script and font at a time (UAX #9, UAX #24), shaped by HarfBuzz.
/// Distances are in
/// sizes of the text (em).
/// </summary>
internal static class TextLayout
{
    /// <param name="text">Paragraphs, one a line.</param>
    /// <param name="faces">The font, then those for what it lacks.</param>
    /// <param name="width">Of a line, em; infinite for unbroken ones.</param>
    public static IReadOnlyList<TextLine> Lay(string text, IReadOnlyList<OverlayFace> faces, double width)
    {
        List<TextLine> lines = [];
        foreach (var paragraph in text.Split('\n'))
            LayParagraph(paragraph.Normalize(NormalizationForm.FormC), faces, width, lines);
        return lines;
    }

    private static void LayParagraph(string text, IReadOnlyList<OverlayFace> faces, double width, List<TextLine> lines)
    {
        var levels = BidiLevels.Of(text, out var level);
        var runs = Itemize(text, levels, faces);
        var advances = new double[text.Length];
        foreach (var glyph in runs.SelectMany(run => Shape(text, run)))
            advances[glyph.Cluster] += glyph.Advance;
        var start = 0;
        do
        {
            var end = EndOfLine(text, advances, start, width);
            var shown = end;
            while (shown > start && LineBreaks.IsSpace(text[shown - 1]))
                shown--;
            lines.Add(LineOf(text, runs, start, shown, level));
            start = end;
        }
        while (start < text.Length);
    }

    /// <summary>The last place at which what fits may end; within a word where it alone is too wide, and after one letter at the least.</summary>
    private static int EndOfLine(string text, double[] advances, int start, double width)
    {
        var (used, end, letter) = (0.0, -1, start);
        for (var i = start; i < text.Length; i++)
        {
            if (i > start && LineBreaks.IsAllowedAt(text, i))
                end = i;
            used += advances[i];
            if (used > width && !LineBreaks.IsSpace(text[i]))
                return end > start ? end : letter > start ? letter : start + StringInfo.GetNextTextElementLength(text, start);
            if (i + 1 < text.Length && IsLetterBoundary(text, i + 1))
                letter = i + 1;
        }

        return text.Length;
    }

    private static bool IsLetterBoundary(string text, int index) =>
        !char.IsLowSurrogate(text[index]) && CharUnicodeInfo.GetUnicodeCategory(text, index) is not (
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Format);

    private static TextLine LineOf(string text, IReadOnlyList<TextRun> runs, int start, int end, byte paragraph)
    {
        var parts = runs.Where(run => run.Start < end && run.End > start)
            .Select(run => run with { Start = Math.Max(run.Start, start), End = Math.Min(run.End, end) }).ToList();
        List<PlacedGlyph> glyphs = [];
        var x = 0.0;
        foreach (var index in BidiLevels.VisualOrder(parts.ConvertAll(run => run.Level)))
        {
            foreach (var glyph in Shape(text, parts[index]))
            {
                glyphs.Add(new PlacedGlyph(parts[index].Face, glyph.Id, x + glyph.X, glyph.Y));
                x += glyph.Advance;
            }
        }

        return new TextLine(glyphs, x, paragraph % 2 == 1);
    }

    /// <summary>Runs of one level, script and font, in the order of the text.</summary>
    private static List<TextRun> Itemize(string text, byte[] levels, IReadOnlyList<OverlayFace> faces)
    {
        List<TextRun> runs = [];
        for (var i = 0; i < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, i);
            var script = ScriptOf(text.AsSpan(i, length));
            var last = runs.Count > 0 ? runs[^1] : null;
            var face = FaceOf(text.AsSpan(i, length), faces, script == Script.Common ? last?.Face : null);
            if (last is not null && last.Level == levels[i] && ReferenceEquals(last.Face, face)
                && (script == Script.Common || last.Script == Script.Common || last.Script == script))
                runs[^1] = last with { End = i + length, Script = last.Script == Script.Common ? script : last.Script };
            else
                runs.Add(new TextRun { Start = i, End = i + length, Level = levels[i], Script = script, Face = face });
            i += length;
        }

        return runs;
    }

    private static Script ScriptOf(ReadOnlySpan<char> element)
    {
        foreach (var rune in element.EnumerateRunes())
        {
            var script = UnicodeFunctions.Default.GetScript(rune.Value);
            if (script != Script.Common && script != Script.Inherited && script != Script.Unknown)
                return script;
        }

        return Script.Common;
    }

    /// <summary>The first that has all of a letter with its marks; what has no script of its own stays in the font beside it where that has it.</summary>
    private static OverlayFace FaceOf(ReadOnlySpan<char> element, IReadOnlyList<OverlayFace> faces, OverlayFace? beside)
    {
        if (beside is not null && HasAll(beside, element))
            return beside;
        foreach (var face in faces)
        {
            if (HasAll(face, element))
                return face;
        }

        return faces[0];
    }

    private static bool HasAll(OverlayFace face, ReadOnlySpan<char> element)
    {
        foreach (var rune in element.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control) && !face.Has(rune.Value))
                return false;
        }

        return true;
    }

    private static List<ShapedGlyph> Shape(string text, TextRun run)
    {
        using var font = run.Face.NewFont();
        using var buffer = new HarfBuzzSharp.Buffer();

        // The whole text is the context: letters join across runs of fonts, too.
        buffer.AddUtf16(text, run.Start, run.End - run.Start);
        buffer.Direction = run.Level % 2 == 1 ? Direction.RightToLeft : Direction.LeftToRight;
        buffer.Script = run.Script;
        buffer.Language = HarfBuzzSharp.Language.Default;
        font.Shape(buffer);
        var (infos, positions) = (buffer.GlyphInfos, buffer.GlyphPositions);
        var em = (double)run.Face.UnitsPerEm;
        List<ShapedGlyph> glyphs = new(infos.Length);
        for (var i = 0; i < infos.Length; i++)
        {
            glyphs.Add(new ShapedGlyph
            {
                Cluster = (int)infos[i].Cluster,
                Id = (ushort)infos[i].Codepoint,
                X = positions[i].XOffset / em,
                Y = -positions[i].YOffset / em,
                Advance = positions[i].XAdvance / em,
            });
        }

        return glyphs;
    }

    private sealed record TextRun
    {
        public required int Start { get; init; }

        public required int End { get; init; }

        public required byte Level { get; init; }

        public required Script Script { get; init; }

        public required OverlayFace Face { get; init; }
    }

    private readonly record struct ShapedGlyph
    {
        public required int Cluster { get; init; }

        public required ushort Id { get; init; }

        public required double X { get; init; }

        public required double Y { get; init; }

        public required double Advance { get; init; }
    }
}

/// <summary>A line of glyphs from left to right.</summary>
/// <param name="Glyphs">At their places on the line, em.</param>
/// <param name="Width">Of what is seen, em.</param>
/// <param name="IsRightToLeft">Whether it is read from the right.</param>
internal sealed record TextLine(IReadOnlyList<PlacedGlyph> Glyphs, double Width, bool IsRightToLeft);

/// <summary>A glyph of a font; 0 is the box that stands for what no font has.</summary>
internal readonly record struct PlacedGlyph(OverlayFace Face, ushort Id, double X, double Y);
