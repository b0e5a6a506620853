using System.Text.Json;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Variants;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Variants;

public sealed class LadderSiblingsTests
{
    [Theory]
    [InlineData("fmt_webp-w_200-q_78", 500, "fmt_webp-w_100-q_78 fmt_webp-w_300-q_78 fmt_webp-w_400-q_78")]
    [InlineData("fmt_jpg-w_200-h_100-f_cover-q_78", 350, "fmt_jpg-w_100-h_50-f_cover-q_78 fmt_jpg-w_300-h_150-f_cover-q_78")]
    [InlineData("fmt_jpg-w_200-h_150-f_cover-q_78", 5000, "fmt_jpg-w_100-h_75-f_cover-q_78 fmt_jpg-w_300-h_225-f_cover-q_78")]
    [InlineData("fmt_jpg-h_100-q_78", 500, "")]
    public void Siblings_are_the_steps_that_the_picture_fills_and_the_policy_allows(string asked, int originalWidth, string expected)
    {
        var policy = Policy(("width_ladder", "[100,200,300,400,800]"), ("max_output_width", "600"), ("max_output_height", "250"));
        var siblings = LadderSiblings.Of(OperationsParser.Parse(asked).Value, policy, originalWidth);
        string.Join(' ', siblings.Select(OperationsText.Write)).ShouldBe(expected);
    }

    private static EffectivePolicy Policy(params (string Key, string Json)[] values) => PolicyLevels.Resolve(
        [new PolicyLevelValues(PolicyLevel.Space, "space",
            values.ToDictionary(
                value => value.Key, value => new PolicySetting(JsonDocument.Parse(value.Json).RootElement, Locked: false), StringComparer.Ordinal))]);
}
