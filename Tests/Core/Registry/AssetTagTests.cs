using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

/// <summary>Rows of tags beside the assets: kept by the database, whatever writes.</summary>
[Trait("Level", "Integration")]
public sealed class AssetTagTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_assets_tags_have_rows_that_follow_them_and_go_with_it()
    {
        var place = await registry.NewOrganizationAsync();
        var (one, other) = (place.NewAsset(), place.NewAsset());
        (one.Tags, other.Tags) = (["blue", "sale"], ["sale"]);
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.AddRange(one, other);
        await db.SaveChangesAsync(Ct);
        (await TagsAsync(one.Id)).ShouldBe(["blue", "sale"]);

        one.Tags = ["green", "sale"];
        await db.SaveChangesAsync(Ct);
        (await TagsAsync(one.Id)).ShouldBe(["green", "sale"]);
        (await TagsAsync(other.Id)).ShouldBe(["sale"]);

        await registry.AsOwnerAsync($"UPDATE assets SET tags = ARRAY['sale', 'sale', NULL, 'new'] WHERE id = '{other.Id}'");
        (await TagsAsync(other.Id)).ShouldBe(["new", "sale"]);
        await db.Assets.Where(row => row.Id == one.Id).ExecuteDeleteAsync(Ct);
        (await TagsAsync(one.Id)).ShouldBeEmpty();

        async Task<List<string>> TagsAsync(Guid id) =>
            await db.AssetTags.Where(row => row.AssetId == id && row.SpaceId == place.SpaceId).OrderBy(row => row.Tag).Select(row => row.Tag).ToListAsync(Ct);
    }
}
