using ImageService.Core.Operations;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Presets;

[Trait("Level", "Unit")]
public sealed class PresetRevisionTests
{
    [Theory]
    [InlineData("", "", "/a", "x", true)]
    [InlineData("summer", "", "/a", "summer,sale", true)]
    [InlineData("summer", "", "/a", "Summer", false)]
    [InlineData("summer", "", "/a", "", false)]
    [InlineData("", "/products", "/products", "", true)]
    [InlineData("", "/products", "/products/shoes", "", true)]
    [InlineData("", "/products", "/products-old", "", false)]
    [InlineData("", "/products", "/", "", false)]
    [InlineData("", "/", "/anything", "", true)]
    [InlineData("summer", "/products", "/elsewhere", "summer", true)]
    [InlineData("summer", "/products", "/products", "winter", true)]
    [InlineData("summer", "/products", "/elsewhere", "winter", false)]
    public void An_asset_matches_by_any_tag_or_any_folder(string matchTags, string matchFolders, string folder, string tags, bool matches) =>
        new PresetRevision(Guid.CreateVersion7(), "thumb", 1, new ImageOperations())
        {
            Name = "Thumb",
            Level = PolicyLevel.Space,
            MatchTags = Split(matchTags),
            MatchFolders = Split(matchFolders),
        }.Matches(folder, Split(tags)).ShouldBe(matches);

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
