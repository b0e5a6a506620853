using System.Globalization;
using System.Text;

namespace ImageService.Core.Engine.Overlays;

/// <summary>
/// Where a line of text may end: after spaces and hyphens, and between ideographs and kana, but not before what closes nor after what opens
/// (a part of the Unicode Line Breaking Algorithm, UAX #14: SP, HY, BA, ID, CL, OP, NS).
/// </summary>
internal static class LineBreaks
{
    private const string NeverFirst = "、。，．：；？！）］｝〉》」』】〕〗…‥ー々〻ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}»”’%";
    private const string NeverLast = "（［｛〈《「『【〔〖([{«“‘";

    /// <summary>Whether a line may end before the character at an index of the text, from 1.</summary>
    public static bool IsAllowedAt(string text, int index)
    {
        if (index <= 0 || index >= text.Length || char.IsLowSurrogate(text[index]))
            return false;
        var (before, after) = (text[index - 1], text[index]);
        if (IsSpace(after) || after is '\u00A0' or '\u202F' or '\u2060' || before is '\u00A0' or '\u202F' or '\u2060')
            return false;
        if (IsSpace(before) || before == '\u200B')
            return true;
        if (before is '-' or '\u2010' or '\u2013')
            return index > 1 && !IsSpace(text[index - 2]) && !char.IsAsciiDigit(after);
        return (IsIdeographic(text, index - 1) || IsIdeographic(text, index))
            && !NeverFirst.Contains(after, StringComparison.Ordinal) && !NeverLast.Contains(before, StringComparison.Ordinal)
            && CharUnicodeInfo.GetUnicodeCategory(text, index) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format);
    }

    /// <summary>A space at which a line may end, and which vanishes there.</summary>
    public static bool IsSpace(char character) => character is ' ' or '\t' or '\u3000' or (>= '\u2000' and <= '\u200A' and not '\u2007');

    private static bool IsIdeographic(string text, int index)
    {
        if (char.IsLowSurrogate(text[index]) && index > 0)
            index--;
        return Rune.TryGetRuneAt(text, index, out var rune)
            && rune.Value is (>= 0x2E80 and <= 0x2FFF) or (>= 0x3001 and <= 0x30FF) or (>= 0x3100 and <= 0x312F) or (>= 0x31A0 and <= 0x4DBF)
                or (>= 0x4E00 and <= 0x9FFF)
                or (>= 0xF900 and <= 0xFAFF) or (>= 0xFF01 and <= 0xFF60) or (>= 0x20000 and <= 0x3FFFF);
    }
}
