using ImageService.Core.Registry;
using ImageService.Worker.Jobs;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

[Trait("Level", "Unit")]
public sealed class PresetMatchesTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("shoe", "", true)]
    [InlineData("hat", "", false)]
    [InlineData("hat,shoe", "", true)]
    [InlineData("", "/products", true)]
    [InlineData("", "/products/shoes", true)]
    [InlineData("", "/products/shoes/", true)]
    [InlineData("", "/products/sho", false)]
    [InlineData("", "/", true)]
    [InlineData("hat", "/products", true)]
    [InlineData("Shoe", "", false)]
    public void An_asset_matches_by_any_tag_or_by_any_folder_it_lies_in(string tags, string folders, bool matches) =>
        PresetMatches.Matches(Preset(tags, folders), Asset("/products/shoes", "shoe", "red")).ShouldBe(matches);

    [Fact]
    public void A_folder_does_not_match_its_parent() => PresetMatches.Matches(Preset("", "/products/shoes"), Asset("/products")).ShouldBeFalse();

    private static Preset Preset(string tags, string folders) => new()
    {
        OrganizationId = Guid.Empty, Slug = "p", Name = "p",
        MatchTags = tags.Split(',', StringSplitOptions.RemoveEmptyEntries), MatchFolders = folders.Split(',', StringSplitOptions.RemoveEmptyEntries),
    };

    private static Asset Asset(string folder, params string[] tags) => new()
    {
        OrganizationId = Guid.Empty, TenantId = Guid.Empty, SpaceId = Guid.Empty, ContentHash = "", Filename = "a.jpg", Access = AssetAccess.Public,
        Folder = folder,
        Tags = tags,
    };
}
