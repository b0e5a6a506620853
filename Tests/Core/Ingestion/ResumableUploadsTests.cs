using System.Security.Cryptography;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;
using static ImageService.Tests.Core.Ingestion.IngestionFixture;

namespace ImageService.Tests.Core.Ingestion;

[Trait("Level", "Integration")]
public sealed class ResumableUploadsTests(IngestionFixture ingestion) : IClassFixture<IngestionFixture>
{
    /// <summary>Big enough for three pieces of the smallest size.</summary>
    private static readonly byte[] Picture = Png(1000, 260, 200);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ResumableUploads Uploads => new(
        ingestion.Registry, ingestion.Store, ingestion.Get<StagingArea>(), ingestion.Get<AssetIngestor>(),
        Options.Create(new IngestionOptions { UploadPartBytes = 64 * 1024 }), TimeProvider.System);

    [Fact]
    public async Task An_upload_in_many_pieces_is_the_same_asset_as_one_in_one()
    {
        Picture.Length.ShouldBeGreaterThan(130_000);
        var space = await ingestion.NewSpaceAsync();
        var upload = await BeginAsync(space, Picture.Length);
        foreach (var (from, to) in ((int, int)[])[(0, 10), (10, 100_000), (100_000, Picture.Length)])
        {
            upload = (await Uploads.AppendAsync(upload, new MemoryStream(Picture[from..to]), null, Ct)).Value;
            upload.Offset.ShouldBe(to);
        }

        var ingested = (await Uploads.FinishAsync(upload, space, Ct)).Value;
        ingested.Version.ContentHash.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Picture)));
        (await Uploads.FindAsync(space.OrganizationId, upload.Id, UploadKind.Tus, Ct)).ShouldNotBeNull().AssetId.ShouldBe(ingested.Asset.Id);
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task What_came_before_the_sender_broke_off_is_kept()
    {
        var space = await ingestion.NewSpaceAsync();
        var upload = await BeginAsync(space, Picture.Length);
        var after = (await Uploads.AppendAsync(upload, new BreakingStream(Picture, 100_001), null, Ct)).Value;
        after.Offset.ShouldBe(100_001);
        after = (await Uploads.AppendAsync(after, new MemoryStream(Picture[100_001..]), null, Ct)).Value;
        (await Uploads.FinishAsync(after, space, Ct)).Value.Version.ContentHash.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Picture)));
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task A_process_that_dies_after_storing_a_piece_never_claims_it()
    {
        var space = await ingestion.NewSpaceAsync();
        var upload = await BeginAsync(space, Picture.Length);
        var pieces = 0;
        ingestion.Store.Before = (operation, key) =>
        {
            if (operation == "put" && key.StartsWith(ObjectKey.StagingPartsPrefix(space.OrganizationId, upload.Id), StringComparison.Ordinal) && ++pieces == 2)
                throw new ProcessDiedException();
        };
        await Should.ThrowAsync<ProcessDiedException>(() => Uploads.AppendAsync(upload, new MemoryStream(Picture), null, Ct));
        ingestion.Store.Before = (_, _) => { };
        var found = (await Uploads.FindAsync(space.OrganizationId, upload.Id, UploadKind.Tus, Ct)).ShouldNotBeNull();
        found.Offset.ShouldBe(64 * 1024);
        long stored = 0;
        foreach (var key in found.Parts)
            stored += (await ingestion.Store.HeadAsync(key, Ct)).ShouldNotBeNull().SizeBytes;
        stored.ShouldBe(found.Offset);
        found = (await Uploads.AppendAsync(found, new MemoryStream(Picture[(64 * 1024)..]), null, Ct)).Value;
        (await Uploads.FinishAsync(found, space, Ct)).IsSuccess.ShouldBeTrue();
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task Of_two_writers_at_one_offset_one_wins_and_the_bytes_are_whole()
    {
        var space = await ingestion.NewSpaceAsync();
        var upload = await BeginAsync(space, Picture.Length);
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Uploads.AppendAsync(upload, new MemoryStream(Picture), null, Ct)));
        results.Count(result => result.IsSuccess).ShouldBe(1);
        results.Where(result => !result.IsSuccess).ShouldAllBe(result => result.Error!.Code == ErrorCode.Conflict);
        var won = results.Single(result => result.IsSuccess).Value;
        (await Uploads.FinishAsync(won, space, Ct)).Value.Version.ContentHash.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Picture)));
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Theory]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task A_body_counts_only_if_its_checksum_fits(string algorithm)
    {
        var space = await ingestion.NewSpaceAsync();
        var upload = await BeginAsync(space, Picture.Length);
        byte[] Digest(byte[] bytes) => algorithm == "SHA1" ? SHA1.HashData(bytes) : SHA256.HashData(bytes);
        var name = new HashAlgorithmName(algorithm);
        (await Uploads.AppendAsync(upload, new MemoryStream(Picture), new BodyChecksum(name, Digest([1])),
            Ct)).Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.ChecksumMismatch);
        (await Uploads.AppendAsync(upload, new BreakingStream(Picture, 70_000), new BodyChecksum(name, Digest(Picture[..70_000])),
            Ct)).Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.ChecksumMismatch);
        (await ingestion.KeysAsync(space)).ShouldBeEmpty();
        var whole = (await Uploads.AppendAsync(upload, new MemoryStream(Picture), new BodyChecksum(name, Digest(Picture)), Ct)).Value;
        whole.Offset.ShouldBe(Picture.Length);
        whole.Parts.Length.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task More_bytes_than_announced_are_not_taken()
    {
        var space = await ingestion.NewSpaceAsync();
        var upload = await BeginAsync(space, 100);
        (await Uploads.AppendAsync(upload, new MemoryStream(new byte[1000]), null, Ct)).Error!.Code.ShouldBe(ErrorCode.PayloadTooLarge);
        (await Uploads.FindAsync(upload.OrganizationId, upload.Id, upload.Kind, Ct))!.Offset.ShouldBe(0);
        (await ingestion.KeysAsync(space)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Giving_an_upload_up_removes_its_bytes()
    {
        var space = await ingestion.NewSpaceAsync();
        var upload = (await Uploads.AppendAsync(await BeginAsync(space, Picture.Length), new MemoryStream(Picture[..100_000]), null, Ct)).Value;
        (await ingestion.KeysAsync(space)).Count.ShouldBe(2);
        (await Uploads.TerminateAsync(upload, Ct)).ShouldBeTrue();
        (await ingestion.KeysAsync(space)).ShouldBeEmpty();
        (await Uploads.FindAsync(space.OrganizationId, upload.Id, UploadKind.Tus, Ct)).ShouldBeNull();
        (await Uploads.TerminateAsync(upload, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_sweep_takes_expired_uploads_and_leaves_living_ones()
    {
        var space = await ingestion.NewSpaceAsync();
        var living = (await Uploads.AppendAsync(await BeginAsync(space, Picture.Length), new MemoryStream(Picture[..1000]), null, Ct)).Value;
        var expired = (await Uploads.AppendAsync(await BeginAsync(space, Picture.Length), new MemoryStream(Picture[..1000]), null, Ct)).Value;
        await using (var db = ingestion.Registry.ForOrganization(space.OrganizationId))
            await db.Uploads.Where(row => row.Id == expired.Id)
                .ExecuteUpdateAsync(row => row.SetProperty(one => one.ExpiresAt, DateTimeOffset.UtcNow.AddSeconds(-1)), Ct);
        await ingestion.Get<StagingSweep>().SweepAsync(space.OrganizationId, DateTimeOffset.UtcNow.AddMinutes(1), Ct);
        (await ingestion.KeysAsync(space)).ShouldBe(living.Parts);
        (await Uploads.FindAsync(space.OrganizationId, expired.Id, UploadKind.Tus, Ct)).ShouldBeNull();
    }

    private Task<Upload> BeginAsync(SpaceScope space, long length) =>
        Uploads.CreateAsync(space, UploadKind.Tus, length, UploadDetails.Read("tus.png", "/in", "a, b", "public").Value, null, Ct);

    /// <summary>Ends with a broken connection after some bytes.</summary>
    private sealed class BreakingStream(byte[] bytes, int length) : MemoryStream(bytes, 0, length)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("The client reset the connection.");
    }
}
