using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Tenancy;

[Trait("Level", "Integration")]
public sealed class DirectoryTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private TenantDirectory Places => registry.Services.GetRequiredService<TenantDirectory>();

    private AssetDirectory Assets => registry.Services.GetRequiredService<AssetDirectory>();

    [Fact]
    public async Task Slugs_are_the_place_they_name_and_nothing_else()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());

        var space = (await Places.FindSpaceAsync(mine.Organization, mine.Tenant, mine.Space, Ct)).ShouldNotBeNull();
        (space.OrganizationId, space.TenantId, space.SpaceId).ShouldBe((mine.OrganizationId, mine.TenantId, mine.SpaceId));
        (await Places.FindTenantAsync(mine.Organization, mine.Tenant, Ct)).ShouldNotBeNull().TenantId.ShouldBe(mine.TenantId);
        (await Places.FindSpaceAsync(theirs.Organization, mine.Tenant, mine.Space, Ct)).ShouldNotBeNull().SpaceId.ShouldBe(theirs.SpaceId);
        foreach (var (organization, tenant, name) in new[] { ("nowhere", mine.Tenant, mine.Space), (mine.Organization, "nowhere", mine.Space),
            (mine.Organization, mine.Tenant, "nowhere"), ("", "", "") })
            (await Places.FindSpaceAsync(organization, tenant, name, Ct)).ShouldBeNull();
        (await Places.FindSpaceAsync(mine.Organization, new string('x', 5000), mine.Space, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Asking_for_an_asset_in_the_wrong_place_finds_nothing_and_hides_nothing_in_the_right_one()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());
        var other = new Space { OrganizationId = mine.OrganizationId, TenantId = mine.TenantId, Slug = "other", Name = "Other" };
        var asset = mine.NewAsset();
        await using (var db = registry.Registry.ForOrganization(mine.OrganizationId))
        {
            db.AddRange(other, asset);
            await db.SaveChangesAsync(Ct);
        }

        var id = new AssetId(asset.Id);
        (await Assets.FindAsync(await SpaceAsync(theirs, theirs.Space), id, 1, Ct)).ShouldBeNull();
        (await Assets.FindAsync(await SpaceAsync(mine, "other"), id, 1, Ct)).ShouldBeNull();
        var facts = (await Assets.FindAsync(await SpaceAsync(mine, mine.Space), id, 1, Ct)).ShouldNotBeNull();
        (facts.ContentHash, facts.Width, facts.Height, facts.Format,
            facts.StorageKey).ShouldBe((asset.ContentHash, 40, 30, "jpg", asset.Versions[0].StorageKey));
        (await Assets.FindAsync(await SpaceAsync(mine, mine.Space), id, 2, Ct)).ShouldBeNull();
        (await Assets.FindAsync(await SpaceAsync(mine, "other"), id, 1, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_spaces_own_default_access_counts_as_its_policy_and_a_lock_above_holds_against_it()
    {
        var mine = await registry.NewOrganizationAsync(AssetAccess.Public);
        (await SpaceAsync(mine, mine.Space)).DefaultAccess.ShouldBe(AssetAccess.Public);
        (await SpaceAsync(mine, mine.Space)).Policy["default_access"].Source.ShouldBe(new PolicySource(PolicyLevel.Space, mine.Space));

        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.Policies.Add(new PolicyRow
        {
            OrganizationId = mine.OrganizationId, Level = PolicyLevel.Tenant, ScopeId = mine.TenantId, Key = "default_access",
            Value = "\"private\"", Locked = true
        });
        await db.SaveChangesAsync(Ct);

        var space = await SpaceAsync(mine, mine.Space);
        space.DefaultAccess.ShouldBe(AssetAccess.Private);
        space.Policy.JudgeSet("default_access", PolicyLevel.Space).ShouldNotBeNull();
        (await registry.Services.GetRequiredService<PolicyResolver>()
            .ResolveAsync(mine.OrganizationId, null, null, Ct))["default_access"].Source.ShouldBeNull("the tenant's value is not the organization's");
    }

    private async Task<SpaceScope> SpaceAsync(TestOrganization of, string space) =>
        (await Places.FindSpaceAsync(of.Organization, of.Tenant, space, Ct)).ShouldNotBeNull();
}
