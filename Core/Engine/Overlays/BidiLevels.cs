using System.Globalization;
using System.Text;
using HarfBuzzSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>
/// Embedding levels of a paragraph by the implicit rules of the Unicode Bidirectional Algorithm (UAX #9: P2–P3, W1–W7, N1–N2, I1–I2, L1–L2). Classes are
/// derived from
/// scripts and general categories; explicit embeddings and isolates are passed over.
/// </summary>
internal static class BidiLevels
{
    private enum BidiClass : byte
    {
        L,
        R,
        AL,
        EN,
        ES,
        ET,
        AN,
        CS,
        NSM,
        BN,
        ON,
    }

    /// <summary>A level for each UTF-16 unit of the text; odd ones are read from right to left.</summary>
    /// <param name="text">One paragraph.</param>
    /// <param name="paragraph">The paragraph's own level, 0 or 1.</param>
    public static byte[] Of(string text, out byte paragraph)
    {
        var classes = new BidiClass[text.Length];
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            classes.AsSpan(i, length).Fill(ClassOf(rune));
            i += length;
        }

        // P2, P3.
        paragraph = (byte)(classes.FirstOrDefault(static it => it is BidiClass.L or BidiClass.R or BidiClass.AL) is BidiClass.R or BidiClass.AL ? 1 : 0);
        var embedding = paragraph == 1 ? BidiClass.R : BidiClass.L;
        Weak(classes, embedding);
        Neutral(classes, embedding);
        var levels = new byte[text.Length];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = LevelOf(classes[i], paragraph);
        return levels;
    }

    /// <summary>L2: the order in which runs of these levels stand from left to right.</summary>
    public static int[] VisualOrder(IReadOnlyList<byte> levels)
    {
        var order = Enumerable.Range(0, levels.Count).ToArray();
        for (var level = levels.DefaultIfEmpty((byte)0).Max(); level >= 1; level--)
        {
            for (var start = 0; start < order.Length; start++)
            {
                var end = start;
                while (end < order.Length && levels[order[end]] >= level)
                    end++;
                if (end - start > 1)
                    Array.Reverse(order, start, end - start);
                start = Math.Max(start, end - 1);
            }
        }

        return order;
    }

    // I1, I2.
    private static byte LevelOf(BidiClass it, byte paragraph) => paragraph == 0
        ? (byte)(it switch { BidiClass.R => 1, BidiClass.AN or BidiClass.EN => 2, _ => 0 })
        : (byte)(it is BidiClass.L or BidiClass.EN or BidiClass.AN ? 2 : 1);

    private static void Weak(BidiClass[] classes, BidiClass embedding)
    {
        var (previous, strong) = (embedding, embedding);
        for (var i = 0; i < classes.Length; i++)
        {
            // W1, W2.
            if (classes[i] is BidiClass.NSM or BidiClass.BN)
                classes[i] = previous;
            else if (classes[i] is BidiClass.L or BidiClass.R or BidiClass.AL)
                strong = classes[i];
            else if (classes[i] == BidiClass.EN && strong == BidiClass.AL)
                classes[i] = BidiClass.AN;
            previous = classes[i];
        }

        for (var i = 0; i < classes.Length; i++)
        {
            // W3, W4.
            if (classes[i] == BidiClass.AL)
                classes[i] = BidiClass.R;
            else if (classes[i] is BidiClass.ES or BidiClass.CS && i > 0 && i + 1 < classes.Length && classes[i - 1] == classes[i + 1]
                && (classes[i - 1] == BidiClass.EN || (classes[i] == BidiClass.CS && classes[i - 1] == BidiClass.AN)))
                classes[i] = classes[i - 1];
        }

        // W5, W6.
        for (var i = 0; i < classes.Length; i++)
        {
            if (classes[i] != BidiClass.ET)
                continue;
            var end = i;
            while (end < classes.Length && classes[end] == BidiClass.ET)
                end++;
            var isNumber = (i > 0 && classes[i - 1] == BidiClass.EN) || (end < classes.Length && classes[end] == BidiClass.EN);
            classes.AsSpan(i, end - i).Fill(isNumber ? BidiClass.EN : BidiClass.ON);
            i = end - 1;
        }

        strong = embedding;
        for (var i = 0; i < classes.Length; i++)
        {
            // W6, W7.
            if (classes[i] is BidiClass.ES or BidiClass.CS)
                classes[i] = BidiClass.ON;
            else if (classes[i] is BidiClass.L or BidiClass.R)
                strong = classes[i];
            else if (classes[i] == BidiClass.EN && strong == BidiClass.L)
                classes[i] = BidiClass.L;
        }
    }

    // N1, N2.
    private static void Neutral(BidiClass[] classes, BidiClass embedding)
    {
        for (var i = 0; i < classes.Length; i++)
        {
            if (classes[i] != BidiClass.ON)
                continue;
            var end = i;
            while (end < classes.Length && classes[end] == BidiClass.ON)
                end++;
            var before = i > 0 ? Direction(classes[i - 1]) : embedding;
            var after = end < classes.Length ? Direction(classes[end]) : embedding;
            classes.AsSpan(i, end - i).Fill(before == after ? before : embedding);
            i = end - 1;
        }
    }

    private static BidiClass Direction(BidiClass it) => it == BidiClass.L ? BidiClass.L : BidiClass.R;

    private static BidiClass ClassOf(Rune rune) => rune.Value switch
    {
        '+' or '-' or 0x2212 => BidiClass.ES,
        '#' or '$' or '%' or 0xB0 or 0xB1 or 0x2030 or 0x066A or (>= 0x20A0 and <= 0x20CF) or (>= 0xA2 and <= 0xA5) => BidiClass.ET,
        ',' or '.' or '/' or ':' or 0xA0 or 0x060C or 0x202F => BidiClass.CS,
        (>= '0' and <= '9') or (>= 0x06F0 and <= 0x06F9) => BidiClass.EN,
        (>= 0x0660 and <= 0x0669) or 0x066B or 0x066C or (>= 0x0600 and <= 0x0605) => BidiClass.AN,
        0x200E => BidiClass.L,
        0x200F => BidiClass.R,
        0x061C => BidiClass.AL,
        _ => ByCategory(rune),
    };

    private static BidiClass ByCategory(Rune rune)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark:
                return BidiClass.NSM;
            case UnicodeCategory.Format or UnicodeCategory.Control:
                return BidiClass.BN;
            case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.OtherNotAssigned:
                var script = UnicodeFunctions.Default.GetScript(rune.Value);
                return script == Script.Arabic || script == Script.Syriac || script == Script.Thaana ? BidiClass.AL
                    : script == Script.Hebrew || script == Script.Nko || script == Script.Samaritan || script == Script.Mandaic ? BidiClass.R
                    : BidiClass.L;
            default:
                return BidiClass.ON;
        }
    }
}
