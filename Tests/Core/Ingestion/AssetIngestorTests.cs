using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using static ImageService.Tests.Core.Ingestion.IngestionFixture;

namespace ImageService.Tests.Core.Ingestion;

[Trait("Level", "Integration")]
public sealed class AssetIngestorTests(IngestionFixture ingestion) : IClassFixture<IngestionFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_is_an_object_a_row_a_message_and_an_audit_line()
    {
        var space = await ingestion.NewSpaceAsync();
        var bytes = Png(1, 60, 40);
        var (asset, version, deduplicated) = (await ingestion.IngestAsync(space, bytes, "shoes.png")).Value;
        deduplicated.ShouldBeFalse();
        (version.Format, version.Width, version.Height, version.Frames, version.SizeBytes).ShouldBe(("png", 60, 40, 1, bytes.Length));
        version.ContentHash.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        version.BlurHash.ShouldNotBeNullOrEmpty();
        version.ThumbHash.ShouldNotBeNullOrEmpty();
        version.DominantColour.ShouldNotBeNull().ShouldMatch("^#[0-9a-f]{6}$");
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        (await db.Facts().SingleAsync(Ct)).Type.ShouldBe("asset_uploaded");
        (await db.AuditLogs.AsNoTracking()
            .Where(line => line.Action == "asset.uploaded").SingleAsync(Ct)).ResourceId.ShouldBe(new AssetId(asset.Id).ToString());
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task The_same_bytes_in_one_space_are_one_asset_and_in_two_spaces_two()
    {
        var (space, other) = (await ingestion.NewSpaceAsync(), await ingestion.NewSpaceAsync());
        var first = (await ingestion.IngestAsync(space, Png(2))).Value;
        var again = (await ingestion.IngestAsync(space, Png(2), "other-name.png")).Value;
        (again.Deduplicated, again.Asset.Id, again.Asset.Filename).ShouldBe((true, first.Asset.Id, "picture.png"));
        (await ingestion.IngestAsync(other, Png(2))).Value.Deduplicated.ShouldBeFalse();
        await ingestion.ShouldBeConsistentAsync(space);
        await ingestion.ShouldBeConsistentAsync(other);
    }

    [Fact]
    public async Task The_same_bytes_sent_at_once_become_one_asset()
    {
        var space = await ingestion.NewSpaceAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ingestion.IngestAsync(space, Png(3))));
        results.Count(result => !result.Value.Deduplicated).ShouldBe(1);
        results.Select(result => result.Value.Asset.Id).Distinct().Count().ShouldBe(1);
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Theory]
    [InlineData("nothing", ErrorCode.UnsupportedImageType)]
    [InlineData("text", ErrorCode.UnsupportedImageType)]
    [InlineData("svg", ErrorCode.UnsupportedImageType)]
    [InlineData("truncated", ErrorCode.UndecodableImage)]
    [InlineData("pixels", ErrorCode.ImageLimitExceeded)]
    [InlineData("bytes", ErrorCode.PayloadTooLarge)]
    [InlineData("format", ErrorCode.UnsupportedImageType)]
    public async Task What_may_not_come_in_leaves_nothing_behind(string what, ErrorCode expected)
    {
        var space = await ingestion.NewSpaceAsync(
            (PolicyLevel.Space, "max_upload_bytes", "20000"), (PolicyLevel.Tenant, "max_input_pixels", "5000"),
            (PolicyLevel.Organization, "allowed_input_formats", "[\"png\"]"));
        var bytes = what switch
        {
            "nothing" => [],
            "text" => Encoding.ASCII.GetBytes("<html>not an image</html>"),
            "svg" => Encoding.ASCII.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"/>"),
            "truncated" => Png(4)[..^1500],
            "pixels" => Png(4, 100, 51),
            "bytes" => new byte[20_001],
            _ => Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
        };
        (await ingestion.IngestAsync(space, bytes)).Error.ShouldNotBeNull().Code.ShouldBe(expected);
        (await ingestion.KeysAsync(space)).ShouldBeEmpty();
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task A_file_of_exactly_the_limit_comes_in()
    {
        var bytes = Png(5);
        var space = await ingestion.NewSpaceAsync((PolicyLevel.Space, "max_upload_bytes", $"{bytes.Length}"));
        (await ingestion.IngestAsync(space, bytes)).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task A_process_that_dies_between_promotion_and_commit_leaves_no_row_and_the_sweep_takes_the_rest()
    {
        var space = await ingestion.NewSpaceAsync();
        var kept = (await ingestion.IngestAsync(space, Png(6))).Value;
        ingestion.Commit.Dies = space.OrganizationId;
        await Should.ThrowAsync<ProcessDiedException>(() => ingestion.IngestAsync(space, Png(7)));
        ingestion.Commit.Dies = null;
        (await ingestion.KeysAsync(space)).Count.ShouldBe(3);

        // Too young to be judged: an upload of another process may be in the middle of it.
        (await ingestion.Get<StagingSweep>().SweepAsync(space.OrganizationId, DateTimeOffset.UtcNow.AddMinutes(-1), Ct)).ShouldBe(0);
        (await ingestion.Get<StagingSweep>().SweepAsync(space.OrganizationId, DateTimeOffset.UtcNow.AddMinutes(1), Ct)).ShouldBe(2);
        (await ingestion.KeysAsync(space)).ShouldBe([kept.Version.StorageKey]);
        await ingestion.ShouldBeConsistentAsync(space);
        (await ingestion.IngestAsync(space, Png(7))).Value.Deduplicated.ShouldBeFalse();
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task A_process_that_dies_after_the_commit_loses_nothing()
    {
        var space = await ingestion.NewSpaceAsync();
        ingestion.Store.Before = (operation, key) =>
        {
            if (operation == "delete" && key.StartsWith(ObjectKey.StagingIntentsPrefix(space.OrganizationId), StringComparison.Ordinal))
                throw new ProcessDiedException();
        };
        await Should.ThrowAsync<ProcessDiedException>(() => ingestion.IngestAsync(space, Png(8)));
        ingestion.Store.Before = (_, _) => { };
        (await ingestion.Get<StagingSweep>().SweepAsync(space.OrganizationId, DateTimeOffset.UtcNow.AddMinutes(1), Ct)).ShouldBe(1);
        await ingestion.ShouldBeConsistentAsync(space);
        (await ingestion.IngestAsync(space, Png(8))).Value.Deduplicated.ShouldBeTrue();
    }

    [Fact]
    public async Task A_store_that_fails_at_promotion_leaves_no_row()
    {
        var space = await ingestion.NewSpaceAsync();
        ingestion.Store.Before = (operation, key) =>
        {
            if (operation == "move" && key.StartsWith($"{space.OrganizationId:n}/", StringComparison.Ordinal))
                throw new ObjectStoreException("The store is away.");
        };
        await Should.ThrowAsync<ObjectStoreException>(() => ingestion.IngestAsync(space, Png(9)));
        ingestion.Store.Before = (_, _) => { };
        await ingestion.Get<StagingSweep>().SweepAsync(space.OrganizationId, DateTimeOffset.UtcNow.AddMinutes(1), Ct);
        await ingestion.ShouldBeConsistentAsync(space);
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        (await db.Assets.CountAsync(Ct)).ShouldBe(0);
    }

    [Fact]
    public async Task New_versions_at_once_get_numbers_of_their_own_and_old_ones_stay()
    {
        var space = await ingestion.NewSpaceAsync();
        var asset = (await ingestion.IngestAsync(space, Png(10))).Value.Asset;
        var versions = await Task.WhenAll(Enumerable.Range(11, 4).Select(seed => ReplaceAsync(space, asset.Id, Png(seed))));
        versions.Select(version => version.Value.Version.Version).ShouldBe([2, 3, 4, 5], ignoreOrder: true);
        await ingestion.ShouldBeConsistentAsync(space);
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        var row = await db.Assets.AsNoTracking().SingleAsync(Ct);
        row.CurrentVersion.ShouldBe(5);
        row.ContentHash.ShouldBe(versions.Single(version => version.Value.Version.Version == 5).Value.Version.ContentHash);
    }

    [Fact]
    public async Task Replacing_with_the_same_bytes_changes_nothing()
    {
        var space = await ingestion.NewSpaceAsync();
        var asset = (await ingestion.IngestAsync(space, Png(20))).Value.Asset;
        var same = (await ReplaceAsync(space, asset.Id, Png(20))).Value;
        (same.Deduplicated, same.Version.Version).ShouldBe((true, 1));
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task An_asset_under_a_retention_lock_is_not_replaced()
    {
        var space = await ingestion.NewSpaceAsync();
        var asset = (await ingestion.IngestAsync(space, Png(21))).Value.Asset;
        await using (var db = ingestion.Registry.ForOrganization(space.OrganizationId))
            await db.Assets.Where(row => row.Id == asset.Id)
                .ExecuteUpdateAsync(row => row.SetProperty(one => one.RetainUntil, DateTimeOffset.UtcNow.AddDays(1)), Ct);
        (await ReplaceAsync(space, asset.Id, Png(22))).Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.RetentionLocked);
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task Another_space_s_asset_is_not_there_to_be_replaced()
    {
        var (space, other) = (await ingestion.NewSpaceAsync(), await ingestion.NewSpaceAsync());
        var asset = (await ingestion.IngestAsync(space, Png(23))).Value.Asset;
        (await ReplaceAsync(other, asset.Id, Png(24))).Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.NotFound);
        await ingestion.ShouldBeConsistentAsync(space);
    }

    private async Task<Result<IngestedAsset>> ReplaceAsync(SpaceScope space, Guid assetId, byte[] bytes)
    {
        await using var staged =
            (await ingestion.Get<StagingArea>().StageAsync(space.OrganizationId, new MemoryStream(bytes), StagingTarget.For(space.Policy), Ct)).Value;
        return await ingestion.Get<AssetIngestor>().ReplaceAsync(space, assetId, _ => null, staged, Ct);
    }
}
