using ImageService.Core.Errors;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using static ImageService.Tests.Core.Ingestion.IngestionFixture;

namespace ImageService.Tests.Core.Ingestion;

[Trait("Level", "Integration")]
public sealed class QuotaTests(IngestionFixture ingestion) : IClassFixture<IngestionFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uploads_at_once_cannot_share_the_last_place()
    {
        var space = await ingestion.NewSpaceAsync((PolicyLevel.Organization, "quota_assets", "3"));
        var results = await Task.WhenAll(Enumerable.Range(100, 10).Select(seed => ingestion.IngestAsync(space, Png(seed))));
        results.Count(result => result.IsSuccess).ShouldBe(3);
        results.Where(result => !result.IsSuccess).ShouldAllBe(result => result.Error!.Code == ErrorCode.QuotaExceeded);
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task Uploads_at_once_cannot_share_the_last_byte()
    {
        var pictures = Enumerable.Range(200, 10).Select(seed => Png(seed)).ToList();
        var room = pictures.Take(4).Sum(picture => picture.Length);
        var space = await ingestion.NewSpaceAsync((PolicyLevel.Space, "quota_storage_bytes", $"{room}"));
        await Task.WhenAll(pictures.Select(picture => ingestion.IngestAsync(space, picture)));
        await ingestion.ShouldBeConsistentAsync(space);
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        var used = await db.AssetVersions.SumAsync(version => version.SizeBytes, Ct);
        used.ShouldBeLessThanOrEqualTo(room);
        used.ShouldBeGreaterThan(room - pictures.Max(picture => picture.Length));
    }

    [Theory]
    [InlineData(PolicyLevel.Organization)]
    [InlineData(PolicyLevel.Tenant)]
    [InlineData(PolicyLevel.Space)]
    public async Task Every_level_that_sets_a_quota_holds_though_another_is_generous(PolicyLevel strict)
    {
        var policies = Enum.GetValues<PolicyLevel>().Select(level => (level, "quota_assets", level == strict ? "1" : "1000")).ToArray();
        var space = await ingestion.NewSpaceAsync(policies);
        (await ingestion.IngestAsync(space, Png(300))).IsSuccess.ShouldBeTrue();
        var error = (await ingestion.IngestAsync(space, Png(301))).Error.ShouldNotBeNull();
        error.Code.ShouldBe(ErrorCode.QuotaExceeded);
        error.Extensions.ShouldNotBeNull()["level"].ShouldBe(strict.ToString().ToLowerInvariant());
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task The_warning_comes_once_at_eighty_percent_and_again_after_room_was_made()
    {
        var space = await ingestion.NewSpaceAsync((PolicyLevel.Tenant, "quota_assets", "5"));
        var place = QuotaPlace.Of(space);
        for (var seed = 400; seed < 403; seed++)
            (await ingestion.IngestAsync(space, Png(seed))).IsSuccess.ShouldBeTrue();
        (await WarningsAsync(space)).ShouldBe(0);
        (await ingestion.IngestAsync(space, Png(403))).IsSuccess.ShouldBeTrue();
        (await ingestion.IngestAsync(space, Png(404))).IsSuccess.ShouldBeTrue();
        (await WarningsAsync(space)).ShouldBe(1);

        await using (var db = ingestion.Registry.ForOrganization(space.OrganizationId))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            await QuotaGuard.GiveBackStorageAsync(db, place, bytes: 0, assets: 3, Ct);
            (await ingestion.Get<QuotaGuard>().TakeStorageAsync(db, place, bytes: 0, assets: 3, Ct)).ShouldBeNull();
            await db.SaveChangesAsync(Ct);
            await transaction.CommitAsync(Ct);
        }

        (await WarningsAsync(space)).ShouldBe(2);
    }

    [Fact]
    public async Task Giving_back_more_than_was_taken_stops_at_nothing()
    {
        var space = await ingestion.NewSpaceAsync();
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        await QuotaGuard.GiveBackStorageAsync(db, QuotaPlace.Of(space), bytes: 10, assets: 1, Ct);
        (await db.QuotaCounters.AsNoTracking().Select(row => row.Used).ToListAsync(Ct)).ShouldAllBe(used => used == 0);
    }

    private async Task<int> WarningsAsync(SpaceScope space)
    {
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        return await db.Facts().CountAsync(message => message.Type == "quota_warning", Ct);
    }
}
