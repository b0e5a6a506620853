using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

[Trait("Level", "Integration")]
public sealed class RegistryRaceTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_32_parallel_creations_of_one_slug_one_succeeds()
    {
        var mine = await registry.NewOrganizationAsync();

        (await WinnersAsync(() => new Tenant { OrganizationId = mine.OrganizationId, Slug = "shop", Name = "Shop" }, mine)).ShouldBe(1);
        (await WinnersAsync(() => new Space { OrganizationId = mine.OrganizationId, TenantId = mine.TenantId, Slug = "blog", Name = "Blog" },
            mine)).ShouldBe(1);
        (await WinnersAsync(() => new Preset { OrganizationId = mine.OrganizationId, Slug = "thumb", Name = "Thumb" }, mine)).ShouldBe(1,
            "an organization's preset has no tenant and space");
    }

    [Fact]
    public async Task A_deleted_slug_is_free_again()
    {
        var mine = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        (await db.Spaces.SingleAsync(Ct)).DeletedAt = DateTimeOffset.UtcNow;
        await db.SaveChangesAsync(Ct);
        db.Spaces.Add(new Space { OrganizationId = mine.OrganizationId, TenantId = mine.TenantId, Slug = mine.Space, Name = "New" });

        await db.SaveChangesAsync(Ct);
    }

    [Fact]
    public async Task Of_32_parallel_uploads_of_the_same_bytes_one_becomes_an_asset()
    {
        var mine = await registry.NewOrganizationAsync();
        var hash = new string('a', 64);

        (await WinnersAsync(() => mine.NewAsset(hash), mine, Asset.DedupeIndex)).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_bytes_may_stand_twice_after_a_replacement_or_a_restore_and_uploads_still_find_one()
    {
        var mine = await registry.NewOrganizationAsync();
        var (first, second) = (mine.NewAsset(), mine.NewAsset());
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.Assets.AddRange(first, second);
        await db.SaveChangesAsync(Ct);

        second.ContentHash = first.ContentHash;
        second.CurrentVersion = 2;
        second.Versions.Add(mine.NewVersion(second, 2, first.ContentHash));
        await db.SaveChangesAsync(Ct);
        (first.IsDuplicate, second.IsDuplicate).ShouldBe((false, true));

        first.DeletedAt = DateTimeOffset.UtcNow;
        await db.SaveChangesAsync(Ct);
        var third = mine.NewAsset(first.ContentHash);
        db.Assets.Add(third);
        await db.SaveChangesAsync(Ct);
        first.DeletedAt = null;
        await db.SaveChangesAsync(Ct);
        (first.IsDuplicate, third.IsDuplicate).ShouldBe((true, false));

        db.Assets.Add(mine.NewAsset(first.ContentHash));
        Violates(await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(Ct)), Asset.DedupeIndex).ShouldBeTrue();
    }

    [Fact]
    public async Task The_same_bytes_may_stand_in_two_spaces()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());
        var hash = new string('b', 64);

        (await WinnersAsync(() => mine.NewAsset(hash), mine, count: 1)).ShouldBe(1);
        (await WinnersAsync(() => theirs.NewAsset(hash), theirs, count: 1)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_writers_with_the_same_row_version_one_is_told()
    {
        var mine = await registry.NewOrganizationAsync();
        await using var one = registry.Registry.ForOrganization(mine.OrganizationId);
        await using var two = registry.Registry.ForOrganization(mine.OrganizationId);
        var (first, second) = (await one.Tenants.SingleAsync(Ct), await two.Tenants.SingleAsync(Ct));
        first.RowVersion.ShouldBe(second.RowVersion);
        first.Name = "One";
        second.Name = "Two";
        await one.SaveChangesAsync(Ct);

        await Should.ThrowAsync<DbUpdateConcurrencyException>(two.SaveChangesAsync(Ct));
        first.RowVersion.ShouldNotBe(second.RowVersion);
    }

    private async Task<int> WinnersAsync(Func<object> make, TestOrganization mine, string? index = null, int count = 32)
    {
        var winners = 0;
        await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
            db.Add(make());
            try
            {
                await db.SaveChangesAsync(Ct);
                Interlocked.Increment(ref winners);
            }
            catch (DbUpdateException exception) when (index is null ? RegistryFailure.IsDuplicate(exception) : Violates(exception, index))
            {
            }
        }));
        return winners;
    }

    private static bool Violates(DbUpdateException exception, string index) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } refused && refused.ConstraintName == index;
}
