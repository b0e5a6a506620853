using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using ImageService.Core.Messaging;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Telemetry;
using ImageService.Core.Tenancy;

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

using Npgsql;

namespace ImageService.Core.Ingestion;

/// <summary>
/// Turns a staged file into an asset or a new version of one: judged by content in a child process, stored once per space, object before row, and one
/// transaction
/// for asset, version, quota and outbox.
/// </summary>
public sealed class AssetIngestor(
    ObjectStores stores, IsolatedDecoder decoder, RegistryFactory registry, QuotaGuard quotas, ImageServiceMetrics metrics, TimeProvider time)
{
    /// <summary>Makes an asset of the file, or finds the one that already has these bytes in the space.</summary>
    /// <returns><see cref="ErrorCode.PayloadTooLarge"/>, <see cref="ErrorCode.UnsupportedImageType"/>, <see cref="ErrorCode.UndecodableImage"/>,
    /// <see cref="ErrorCode.ImageLimitExceeded"/>, <see cref="ErrorCode.QuotaExceeded"/>.</returns>
    public async Task<Result<IngestedAsset>> IngestAsync(IncomingImage image, StagedFile staged, CancellationToken ct)
    {
        if (Weigh(image.Space, staged) is { } refusal)
            return refusal;
        if (await FindAsync(image.Space, staged.ContentHash, ct) is { } known)
            return known;
        if (!(await DecodeAsync(image.Space, staged, ct)).TryGet(out var decoded, out var undecodable))
            return undecodable;
        try
        {
            return await StoreAsync(image, staged, decoded, ct);
        }
        finally
        {
            Discard(decoded);
        }
    }

    /// <summary>Makes the file the next version of an asset.</summary>
    /// <param name="space">The asset's space.</param>
    /// <param name="assetId">The asset.</param>
    /// <param name="precondition">Judges the asset as it is when locked (<c>If-Match</c>); null accepts.</param>
    /// <param name="staged">The new bytes.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>As for a new asset; also <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.RetentionLocked"/> and what the precondition says.
    /// Bytes that are the current version's already give that version, deduplicated.</returns>
    public async Task<Result<IngestedAsset>> ReplaceAsync(
        SpaceScope space, Guid assetId, Func<Asset, Error?> precondition, StagedFile staged, CancellationToken ct)
    {
        if (Weigh(space, staged) is { } refusal)
            return refusal;
        if (!(await DecodeAsync(space, staged, ct)).TryGet(out var decoded, out var undecodable))
            return undecodable;
        try
        {
            return await StoreVersionAsync(space, assetId, precondition, staged, decoded, ct);
        }
        finally
        {
            Discard(decoded);
        }
    }

    private static Error? Weigh(SpaceScope space, StagedFile staged) =>
        staged.SizeBytes == 0 ? IngestionErrors.Empty()
        : staged.SizeBytes > space.Policy.MaxUploadBytes ? IngestionErrors.TooLarge(space.Policy.MaxUploadBytes)
        : null;

    private static void Discard(DecodedOriginal decoded)
    {
        decoded.Facts.Exif?.Dispose();
        if (decoded.NormalisedPath is { } path)
            File.Delete(path);
    }

    private static bool IsDuplicate(DbUpdateException failure) =>
        failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: Asset.DedupeIndex };

    private Task<Result<DecodedOriginal>> DecodeAsync(SpaceScope space, StagedFile staged, CancellationToken ct) =>
        decoder.DecodeAsync(
            staged.Path,
            new ProbeLimits(
                space.Policy.MaxInputPixels,
                space.Policy.MaxInputFrames,
                Enum.GetValues<OriginalFormat>().Where(format => space.Policy.AllowedInputFormats.Contains(format.Name())).ToHashSet()),
            ct);

    private async Task<IngestedAsset?> FindAsync(SpaceScope space, string contentHash, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(space.OrganizationId);
        var found = await db.Assets.AsNoTracking()
            .Where(asset => asset.SpaceId == space.SpaceId && asset.ContentHash == contentHash && asset.DeletedAt == null && !asset.IsDuplicate)
            .Join(
                db.AssetVersions.AsNoTracking(),
                asset => new { asset.Id, Version = asset.CurrentVersion },
                version => new { Id = version.AssetId, version.Version },
                (asset, version) => new { asset, version })
            .SingleOrDefaultAsync(ct);
        return found is null ? null : new IngestedAsset(found.asset, found.version, Deduplicated: true);
    }

    private async Task<Result<IngestedAsset>> StoreAsync(IncomingImage image, StagedFile staged, DecodedOriginal decoded, CancellationToken ct)
    {
        var space = image.Space;
        var now = time.GetUtcNow();
        var assetId = Guid.CreateVersion7(now);
        var promotion = new Promotion(stores.Of(space.Policy.Store), space.OrganizationId, assetId, version: 1);
        await promotion.PlaceAsync(staged, decoded, ct);
        var asset = new Asset
        {
            Id = assetId,
            OrganizationId = space.OrganizationId,
            TenantId = space.TenantId,
            SpaceId = space.SpaceId,
            ContentHash = staged.ContentHash,
            Filename = image.Filename,
            Folder = image.Folder,
            Tags = image.Tags,
            Access = image.Access ?? space.DefaultAccess,
            UploadedBy = image.UploadedBy,
            UploadedAt = now,
            UpdatedAt = now,
        };
        var version = Describe(space, assetId, 1, staged, decoded, promotion, now);

        await using var db = registry.ForOrganization(space.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await quotas.TakeStorageAsync(db, QuotaPlace.Of(space), version.SizeBytes, assets: 1, ct) is { } full)
        {
            await transaction.RollbackAsync(CancellationToken.None);
            await promotion.UndoAsync();
            return full;
        }

        db.Assets.Add(asset);
        db.AssetVersions.Add(version);
        db.Publish(new AssetUploaded(space.OrganizationId, assetId, 1), now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException failure) when (IsDuplicate(failure))
        {
            // The same bytes came in twice at once and the other was first.
            await transaction.RollbackAsync(CancellationToken.None);
            await promotion.UndoAsync();
            return await FindAsync(space, staged.ContentHash, ct) is { } known
                ? known
                : new Error(ErrorCode.Conflict, "The same bytes were uploaded and deleted at the same moment. Send them again.");
        }

        await CommitAsync(transaction, promotion, version, ct);
        return new IngestedAsset(asset, version, Deduplicated: false);
    }

    private async Task<Result<IngestedAsset>> StoreVersionAsync(
        SpaceScope space, Guid assetId, Func<Asset, Error?> precondition, StagedFile staged, DecodedOriginal decoded, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = registry.ForOrganization(space.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // Locked, so that two replacements at once get two version numbers.
        var asset = await db.Assets
            .FromSql($"SELECT *, xmin FROM assets WHERE id = {assetId} AND space_id = {space.SpaceId} AND deleted_at IS NULL FOR UPDATE")
            .SingleOrDefaultAsync(ct);
        if (asset is null)
            return new Error(ErrorCode.NotFound, "There is no such resource.");
        if (precondition(asset) is { } stale)
            return stale;
        if (asset.RetainUntil is { } until && until > now)
            return IngestionErrors.Retained(until);
        if (string.Equals(asset.ContentHash, staged.ContentHash, StringComparison.Ordinal))
        {
            var same = await db.AssetVersions.AsNoTracking().SingleAsync(version => version.AssetId == assetId && version.Version == asset.CurrentVersion, ct);
            return new IngestedAsset(asset, same, Deduplicated: true);
        }

        var number = 1 + await db.AssetVersions.Where(version => version.AssetId == assetId).MaxAsync(version => version.Version, ct);
        var promotion = new Promotion(stores.Of(space.Policy.Store), space.OrganizationId, assetId, number);
        await promotion.PlaceAsync(staged, decoded, ct);

        // After the objects: everybody's uploads wait for this row, and a store may be slow.
        if (await quotas.TakeStorageAsync(db, QuotaPlace.Of(space), staged.SizeBytes, assets: 0, ct) is { } full)
        {
            await transaction.RollbackAsync(CancellationToken.None);
            await promotion.UndoAsync();
            return full;
        }

        var version = Describe(space, assetId, number, staged, decoded, promotion, now);
        db.AssetVersions.Add(version);
        asset.CurrentVersion = number;
        asset.ContentHash = version.ContentHash;
        asset.UpdatedAt = now;
        db.Publish(new AssetUploaded(space.OrganizationId, assetId, number), now);
        await db.SaveChangesAsync(ct);
        await CommitAsync(transaction, promotion, version, ct);
        return new IngestedAsset(asset, version, Deduplicated: false);
    }

    private async Task CommitAsync(IDbContextTransaction transaction, Promotion promotion, AssetVersion version, CancellationToken ct)
    {
        // Should this throw, the outcome is unknown: objects and intent stay, and the sweep looks for the row.
        await transaction.CommitAsync(ct);
        await promotion.ConfirmAsync();
        metrics.AssetUploaded(version.Format);
    }

    private static AssetVersion Describe(
        SpaceScope space, Guid assetId, int number, StagedFile staged, DecodedOriginal decoded, Promotion promotion, DateTimeOffset now) => new()
        {
            OrganizationId = space.OrganizationId,
            SpaceId = space.SpaceId,
            AssetId = assetId,
            Version = number,
            StorageKey = promotion.OriginalKey,
            StorageProvider = promotion.Store,
            WorkingCopyKey = promotion.WorkingCopyKey,
            WorkingCopyHash = promotion.WorkingCopyHash,
            SizeBytes = staged.SizeBytes,
            ContentHash = staged.ContentHash,
            Format = decoded.Facts.Format.Name(),
            Width = decoded.Facts.Width,
            Height = decoded.Facts.Height,
            HasAlpha = decoded.Facts.HasAlpha,
            Frames = decoded.Facts.Frames,
            DecodeBytes = decoded.DecodeBytes,
            DecodeCpuMs = (int)decoded.DecodeCpu.TotalMilliseconds,
            ColourSpace = decoded.Facts.ColourSpace,
            HasContentCredentials = decoded.Credentials?.ArePresent,
            ContentCredentialsPlace = decoded.Credentials?.Place is { } place ? SnakeCase.Write(place) : null,
            ContentCredentialsBytes = decoded.Credentials is { ArePresent: true, SizeBytes: var bytes } ? bytes : null,
            Exif = decoded.Facts.Exif?.RootElement.GetRawText(),
            BlurHash = decoded.Placeholders.BlurHash,
            ThumbHash = decoded.Placeholders.ThumbHash,
            DominantColour = decoded.Placeholders.DominantColour,
            Palette = [.. decoded.Placeholders.Palette],
            UploadedAt = now,
        };
}
