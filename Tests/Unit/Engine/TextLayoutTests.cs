using System.Text;
using ImageService.Core.Engine.Overlays;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Five scripts shaped: real glyphs and no boxes, letters joined, directions and lines as they are read.</summary>
[Trait("Level", "Unit")]
public sealed class TextLayoutTests
{
    private static readonly OverlayFonts Fonts = new();
    private static readonly IReadOnlyList<OverlayFace> Faces = Fonts.Find(OverlayFonts.Default, new Dictionary<string, FontFile>());

    [Theory]
    [InlineData("Sphinx of black quartz, judge my vow — ÄÖÜ ß ç ø", "Latin")]
    [InlineData("Съешь же ещё этих мягких французских булок", "Cyrillic")]
    [InlineData("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία", "Greek")]
    [InlineData("نص حكيم له سر قاطع وذو شأن عظيم", "Arabic")]
    [InlineData("דג סקרן שט בים מאוכזב ולפתע מצא חברה", "Hebrew")]
    [InlineData("我能吞下玻璃而不伤身体", "Han")]
    [InlineData("いろはにほへと イロハニホヘト", "Kana")]
    [InlineData("−5 °C, 3 × 4 ≈ 12 ≠ 13 → ✓ ★ ● ∞ € ₽ ₴ … ½ ™", "Signs")]
    [InlineData("키스의 고유조건은 입술끼리 만나야 하고", "Hangul")]
    public void No_letter_becomes_a_box(string text, string script)
    {
        foreach (var name in (string[])["noto_sans", "noto_sans_bold", "noto_serif", "noto_sans_hebrew", "droid_sans_fallback"])
        {
            var line = TextLayout.Lay(text, Fonts.Find(name, new Dictionary<string, FontFile>()), double.PositiveInfinity).ShouldHaveSingleItem();
            line.Glyphs.ShouldAllBe(glyph => glyph.Id != 0, $"{script} in {name}");
            line.Width.ShouldBeGreaterThan(1);
        }
    }

    [Fact]
    public void What_no_font_has_is_a_box() =>
        TextLayout.Lay("\U00012000", Faces, double.PositiveInfinity)[0].Glyphs.ShouldContain(glyph => glyph.Id == 0);

    [Fact]
    public void Arabic_letters_join_and_stand_from_right_to_left()
    {
        var alone = Glyphs("ب");
        var joined = Glyphs("ببب");
        joined.ShouldNotContain(alone[0], "initial, medial and final forms differ from the isolated one");
        joined.Distinct().Count().ShouldBe(3);
        var salam = TextLayout.Lay("سلام", Faces, double.PositiveInfinity)[0];
        salam.IsRightToLeft.ShouldBeTrue();
        salam.Glyphs.Count.ShouldBeLessThan(4, "lam and alef make one");
    }

    [Fact]
    public void A_number_and_a_latin_word_keep_their_own_direction_in_hebrew()
    {
        var whole = Glyphs("אב 123 cd");
        var (number, word, first) = (Glyphs("123"), Glyphs("cd"), Glyphs("א"));

        // From the left: the word, the number, and the first letter of the sentence at the very right.
        whole.Take(2).ShouldBe(word);
        whole.Skip(3).Take(3).ShouldBe(number);
        whole[^1].ShouldBe(first[0]);
    }

    [Theory]
    [InlineData("אבג (123) דה", 1)]
    [InlineData("abc 123 אבג", 0)]
    [InlineData("123 אבג", 1)]
    [InlineData("...", 0)]
    public void A_paragraph_takes_its_direction_from_its_first_strong_letter(string text, int level)
    {
        BidiLevels.Of(text, out var paragraph);
        paragraph.ShouldBe((byte)level);
    }

    [Fact]
    public void Lines_end_at_spaces_and_between_ideographs_and_a_long_word_is_broken()
    {
        TextLayout.Lay("one two three", Faces, 4).Count.ShouldBe(2);
        var han = TextLayout.Lay("我能吞下玻璃。而不伤身体", Faces, 6.1);
        han.Select(line => line.Glyphs.Count).ShouldBe([5, 6, 1], "a full stop does not begin a line, so the ideograph before it goes along");
        TextLayout.Lay("Donaudampfschifffahrtsgesellschaft", Faces, 5).Count.ShouldBeGreaterThan(2);
        TextLayout.Lay("a\nb\n\nc", Faces, double.PositiveInfinity).Count.ShouldBe(4);
    }

    [Fact]
    public void A_line_is_no_wider_than_asked_for_whatever_the_text()
    {
        foreach (var text in (string[])["The quick brown fox jumps over the lazy dog", "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر", "我能吞下玻璃而不伤身体",
            "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"])
            TextLayout.Lay(text, Faces, 5).ShouldAllBe(line => line.Width <= 5.001);
    }

    [Fact]
    public void Each_shipped_font_tells_what_it_covers()
    {
        var scripts = OverlayFonts.Describe().ToDictionary(font => font.Slug, font => font.Description.Scripts);
        scripts["noto_sans"].ShouldBe(["Cyrl", "Grek", "Latn"], ignoreOrder: true, customMessage: string.Join(',', scripts["noto_sans"]));
        scripts["noto_sans_arabic"].ShouldContain("Arab");
        scripts["noto_sans_hebrew_bold"].ShouldContain("Hebr");
        scripts["droid_sans_fallback"].ShouldContain("Hani");
        scripts["nanum_square"].ShouldContain("Hang");
    }

    private static List<ushort> Glyphs(string text) =>
        [.. TextLayout.Lay(text.Normalize(NormalizationForm.FormC), Faces, double.PositiveInfinity)[0].Glyphs.Select(glyph => glyph.Id)];
}
