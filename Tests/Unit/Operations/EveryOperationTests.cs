using System.Reflection;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Operations;

/// <summary>No member of <see cref="ImageOperations"/> is forgotten on the way from a URL to its canonical form.</summary>
[Trait("Level", "Unit")]
public sealed class EveryOperationTests
{
    /// <summary>One text for each rule of the grammar.</summary>
    private static readonly Dictionary<OperationKey, string> Samples = new()
    {
        [OperationKey.Format] = "fmt_webp",
        [OperationKey.Width] = "w_90",
        [OperationKey.Height] = "h_70",
        [OperationKey.Fit] = "f_cover",
        [OperationKey.Gravity] = "g_focal",
        [OperationKey.Background] = "b_102030",
        [OperationKey.Quality] = "q_40",
        [OperationKey.Rotation] = "r_90",
        [OperationKey.Sharpen] = "sharpen_2",
        [OperationKey.Blur] = "blur_3",
        [OperationKey.Greyscale] = "bw",
        [OperationKey.Flip] = "flip",
        [OperationKey.Flop] = "flop",
        [OperationKey.FocalX] = "fx_0.1",
        [OperationKey.FocalY] = "fy_0.2",
        [OperationKey.AspectRatio] = "ar_7:3",
        [OperationKey.Dpr] = "dpr_2",
        [OperationKey.Crop] = "crop_1,2,300,400",
        [OperationKey.Trim] = "trim_5",
        [OperationKey.Pad] = "pad_4",
        [OperationKey.Round] = "round_6",
        [OperationKey.Brightness] = "bri_90",
        [OperationKey.Contrast] = "con_80",
        [OperationKey.Saturation] = "sat_70",
        [OperationKey.Gamma] = "gam_2",
        [OperationKey.Tint] = "tint_0000ff",
        [OperationKey.Duotone] = "duotone_000000,ffffff",
        [OperationKey.Pixelate] = "pixelate_9",
        [OperationKey.MaxBytes] = "bytes_5000",
        [OperationKey.Overlay] = "o_badge",
        [OperationKey.Overlay2] = "o2_new_in",
        [OperationKey.Overlay3] = "o3_x",
        [OperationKey.OverlayDpr] = "odpr_1.5",
        [OperationKey.Text1] = "t1_SGVsbG8",
        [OperationKey.Text2] = "t2_w7zDvw",
        [OperationKey.Text3] = "t3_8J~YgA",
        [OperationKey.Text4] = "t4_",
        [OperationKey.Text5] = "t5_w78_",
        [OperationKey.Text6] = "t6_NQ",
        [OperationKey.Text7] = "t7_Ng",
        [OperationKey.Text8] = "t8_Nw",
        [OperationKey.Text9] = "t9_OA",
        [OperationKey.Preset] = "preset_card",
    };

    /// <summary>What the canonical form turns into something else: a preset into its operations, device pixels into px, a ratio into sides.</summary>
    private static readonly OperationKey[] ResolvedAway = [OperationKey.Preset, OperationKey.Dpr, OperationKey.AspectRatio];

    private static readonly SourceFacts Picture = new()
    {
        Width = 1000,
        Height = 900,
        HasAlpha = true,
        Frames = 1,
        ContentHash = new string('0', 64),
        FocalX = null,
        FocalY = null,
        Format = null,
    };

    public static TheoryData<OperationKey> Keys => [.. Enum.GetValues<OperationKey>()];

    [Fact]
    public void Each_rule_of_the_grammar_stands_at_its_key_and_sets_a_member_of_its_own()
    {
        OperationsGrammar.Rules.Select(rule => (int)rule.Key).ShouldBe(Enumerable.Range(0, Enum.GetValues<OperationKey>().Length));
        var set = Enum.GetValues<OperationKey>()
            .Where(key => key is <= OperationKey.Text1 or > OperationKey.Text9).SelectMany(key => SetBy(Samples[key])).Select(member => member.Name).ToList();
        set.ShouldBeUnique();
        set.Append(nameof(ImageOperations.Original)).Order().ShouldBe(Members.Select(member => member.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Each_is_written_as_it_is_read(OperationKey key)
    {
        var read = OperationsParser.Parse(Samples[key]).Value;
        OperationsText.Write(read).ShouldBe(Samples[key]);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Each_comes_through_from_a_preset_and_over_one(OperationKey key)
    {
        if (key == OperationKey.Preset)
            return;
        var said = OperationsParser.Parse(Samples[key]).Value;
        said.Over(new ImageOperations()).ShouldBe(said);
        (new ImageOperations { Preset = "p" }).Over(said).ShouldBe(said);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Each_is_in_the_canonical_form_where_it_has_an_effect(OperationKey key)
    {
        if (ResolvedAway.Contains(key))
            return;

        // Both mirrors are a half turn, a centred point and a ratio need company to mean something.
        var company = key switch
        {
            OperationKey.Gravity or OperationKey.FocalX => "w_50-h_500-g_focal-fx_0.1",
            OperationKey.FocalY => "w_500-h_50-g_focal-fy_0.2",
            OperationKey.Fit => "w_50-h_500-f_cover",
            OperationKey.Width or OperationKey.Height => "w_90-h_70",
            OperationKey.Background => "pad_1-b_102030",
            OperationKey.Overlay2 => "o_a-o2_b",
            OperationKey.Overlay3 => "o_a-o2_b-o3_c",
            OperationKey.OverlayDpr or (>= OperationKey.Text1 and <= OperationKey.Text9) => $"o_badge-{Samples[key]}",
            _ => Samples[key],
        };
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse(company).Value, ImageFormat.Webp, Picture, 85).Value;
        var members = SetBy(Samples[key]).ToList();
        members.ShouldNotBeEmpty();
        members.ShouldAllBe(member => !Equals(member.GetValue(canonical.Operations), member.GetValue(new ImageOperations())));
    }

    [Fact]
    public void Each_text_has_a_variable_of_its_own()
    {
        var said = Enumerable.Range(1, OverlayTexts.Count).Select(number => OperationsParser.Parse($"t{number}_NQ").Value.Texts!).ToList();
        said.ShouldBeUnique();
        for (var number = 1; number <= OverlayTexts.Count; number++)
            said[number - 1].ShouldBe(OverlayTexts.Of(number, "5"));
    }

    [Fact]
    public void Each_is_generated_for_the_laws()
    {
        var generated = Enumerable.Range(0, 400)
            .SelectMany(seed => OperationsGen.Sample((uint)seed)).Select(part => part.Split('_')[0]).ToHashSet(StringComparer.Ordinal);
        OperationsGrammar.Rules.Where(rule => rule.Key != OperationKey.Preset).Select(rule => rule.Name).Except(generated).ShouldBeEmpty();
    }

    private static IEnumerable<PropertyInfo> Members =>
        typeof(ImageOperations).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(member => member.CanWrite);

    private static IEnumerable<PropertyInfo> SetBy(string text)
    {
        var (read, nothing) = (OperationsParser.Parse(text).Value, new ImageOperations());
        return Members.Where(member => !Equals(member.GetValue(read), member.GetValue(nothing)));
    }
}
