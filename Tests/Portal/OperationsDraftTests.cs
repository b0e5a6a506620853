using CsCheck;
using ImageService.Core.Operations;
using ImageService.Portal.Images;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

[Trait("Level", "Unit")]
public sealed class OperationsDraftTests
{
    private static readonly Gen<OperationsDraft> Drafts = Gen.Select(
        Gen.Select(Gen.Int[1, 8192].Nullable(), Gen.Int[1, 8192].Nullable(), Of([null, .. OperationsDraft.Fits]), Of([null, .. OperationsDraft.Gravities])),
        Gen.Select(
            Gen.Int[1, 100].Nullable(), Of([null, .. OperationsDraft.QualityLevels]), Of([.. OperationsDraft.Formats]),
            Gen.Int[0, 3].Select(turn => turn * 90)),
        Gen.Select(Gen.Double[0, 10], Gen.Double[0, 40], Gen.Bool, Gen.Bool, Of([null, "fff", "#FFAA00", "ffaa0080"])),
        Of([null, "card", "hero_2"]),
        (size, quality, effects, preset) => new OperationsDraft
        {
            Width = size.Item1, Height = size.Item2, Fit = size.Item3, Gravity = size.Item4, Quality = quality.Item1, QualityLevel = quality.Item2,
            Format = quality.Item3!, Rotation = quality.Item4,
            Sharpen = effects.Item1, Blur = effects.Item2, Greyscale = effects.Item3, Flip = effects.Item4, Background = effects.Item5, Preset = preset,
        });

    private static Gen<string?> Of(string?[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    [Fact]
    public void Whatever_is_put_together_is_read_by_the_service_as_it_was_meant() => Drafts.Sample(draft =>
    {
        var read = OperationsParser.Parse(draft.Operations());
        read.Error.ShouldBeNull(draft.Operations());
        var operations = read.Value;
        (operations.Width, operations.Height, operations.Preset, operations.Greyscale,
            operations.Flip).ShouldBe((draft.Width, draft.Height, draft.Preset, draft.Greyscale, draft.Flip));
        (operations.Rotation ?? 0).ShouldBe(draft.Rotation);
        operations.Original.ShouldBe(draft.Operations() == "original");
        operations.Quality.ShouldBe(draft.QualityLevel switch
        {
            "auto" => Quality.Auto,
            "eco" => Quality.Economical,
            _ => draft.Quality is { } number ? Quality.Of(number) : null,
        });
    });

    [Fact]
    public void Nothing_chosen_is_the_original() => new OperationsDraft { Format = "png" }.FileName("jpg").ShouldBe("original.png");

    [Fact]
    public void The_automatic_format_falls_back_to_the_originals_own() =>
        new OperationsDraft { Format = "auto", Width = 800, Height = 600, Fit = "cover" }.FileName("webp").ShouldBe("fmt_auto-w_800-h_600-f_cover.webp");

    [Fact]
    public void Small_numbers_that_mean_nothing_are_left_out() =>
        new OperationsDraft { Blur = 0.2, Sharpen = 0, Quality = null }.Operations().ShouldBe("original");

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_250, "1.25 kB")]
    [InlineData(99_960, "100 kB")]
    [InlineData(999_600, "1.00 MB")]
    [InlineData(52_428_800, "52.4 MB")]
    public void Sizes_have_three_digits(long bytes, string text) => Sizes.Write(bytes).ShouldBe(text);

    [Fact]
    public void Every_operation_that_is_filled_in_as_text_is_read_by_the_service_and_back()
    {
        var all = MoreOperation.All.Aggregate(new OperationsDraft { Width = 300 }, (draft, more) => draft.With(more.Key, more.Example));
        all.More.Count.ShouldBe(MoreOperation.All.Count);
        OperationsParser.Parse(all.Operations()).Error.ShouldBeNull(all.Operations());
        OperationsDraft.Read(all.FileName("jpg")).ShouldNotBeNull().FileName("jpg").ShouldBe(all.FileName("jpg"));
        OperationsGrammar.Rules.Select(rule => rule.Name)
            .Where(name => name is not ("fx" or "fy" or "odpr") && !(name[0] == 't' && name[^1] is >= '4' and <= '9'))
            .Except(MoreOperation.All.Select(more => more.Key))
            .Except(["fmt", "w", "h", "f", "g", "b", "q", "r", "sharpen", "blur", "bw", "flip", "flop", "preset"]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ar", "wide")]
    [InlineData("crop", "1,2,3")]
    [InlineData("tint", "zzz")]
    [InlineData("o", "Not a slug")]
    public void What_the_service_would_refuse_is_not_asked_for(string key, string value)
    {
        new OperationsDraft().With(key, value).Operations().ShouldBe("original");
        MoreOperation.Find(key)!.ProblemOf(value).ShouldNotBeNull();
    }

    [Fact]
    public void What_was_written_is_read_back_the_same() => Drafts.Sample(draft =>
    {
        var text = draft.FileName("jpg");
        OperationsDraft.Read(text).ShouldNotBeNull(text).FileName("jpg").ShouldBe(text);
    });

    [Theory]
    [InlineData("w_800-fx_0.5.webp")]
    [InlineData("w_0.webp")]
    [InlineData("w_800.exe")]
    [InlineData("w_800")]
    [InlineData("")]
    [InlineData(null)]
    public void A_text_with_anything_that_has_no_control_is_not_half_understood(string? text) => OperationsDraft.Read(text).ShouldBeNull();
}
