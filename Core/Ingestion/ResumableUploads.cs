using System.Security.Cryptography;

using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Ingestion;

/// <summary>
/// Uploads that come in pieces, over many requests and any replica. A piece is an object in staging; it counts from the moment a conditional UPDATE moved the
/// upload's offset over it, so the offset never claims a byte that is not durably stored, and of two writers at one offset exactly one wins.
/// </summary>
public sealed class ResumableUploads(
    RegistryFactory registry, IObjectStore store, StagingArea staging, AssetIngestor ingestor, IOptions<IngestionOptions> options, TimeProvider time)
{
    // A slow sender's bytes are safe this soon.
    private static readonly TimeSpan LongestPiece = TimeSpan.FromSeconds(1);

    public async Task<Upload> CreateAsync(SpaceScope space, UploadKind kind, long length, UploadDetails details, Guid? createdBy, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var upload = new Upload
        {
            OrganizationId = space.OrganizationId,
            TenantId = space.TenantId,
            SpaceId = space.SpaceId,
            Kind = kind,
            Length = length,
            Metadata = details.Write(),
            CreatedBy = createdBy,
            CreatedAt = now,
            ExpiresAt = now + options.Value.UploadLifetime,
        };
        await using var db = registry.ForOrganization(space.OrganizationId);
        db.Uploads.Add(upload);
        await db.SaveChangesAsync(ct);
        return upload;
    }

    /// <summary>Null where there is none of this kind; an expired one is still found.</summary>
    public async Task<Upload?> FindAsync(Guid organizationId, Guid uploadId, UploadKind kind, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        return await db.Uploads.AsNoTracking().SingleOrDefaultAsync(upload => upload.Id == uploadId && upload.Kind == kind, ct);
    }

    public bool IsExpired(Upload upload) => upload.ExpiresAt <= time.GetUtcNow();

    /// <summary>Stores what comes of a body, to its end, to the upload's length or to where the sender breaks off.</summary>
    /// <param name="upload">As found; its offset is where the body begins.</param>
    /// <param name="body">Read once.</param>
    /// <param name="checksum">Of the whole body: then nothing of it counts unless all of it fits. Null for none.</param>
    /// <param name="ct">The sender's token: once it is cancelled, what came before is kept.</param>
    /// <returns>The upload with its new offset; or <see cref="ErrorCode.Conflict"/> where another writer was faster, <see cref="ErrorCode.ChecksumMismatch"/>,
    /// <see cref="ErrorCode.PayloadTooLarge"/> where the body is longer than what the upload lacks.</returns>
    public async Task<Result<Upload>> AppendAsync(Upload upload, Stream body, BodyChecksum? checksum, CancellationToken ct)
    {
        using var hash = checksum is null ? null : IncrementalHash.CreateHash(checksum.Algorithm);
        var pending = new List<string>();
        var (offset, stored, ended, broken) = (upload.Offset, upload.Offset, false, false);
        while (!ended && stored < upload.Length)
        {
            var piece = new PieceStream(body, Math.Min(options.Value.UploadPartBytes, upload.Length - stored), LongestPiece, time,
                bytes => hash?.AppendData(bytes), ct);
            var key = ObjectKey.StagingPart(upload.OrganizationId, upload.Id, Guid.CreateVersion7());
            var size = await store.PutAsync(key, piece, "application/octet-stream", CancellationToken.None);
            (ended, broken) = (piece.BodyEnded, piece.BrokenOff);
            pending.Add(key);
            stored += size;
            if (stored == upload.Length && !ended && await HasMoreAsync(body, ct))
                return await DiscardAsync(pending, UploadErrors.TooLong(upload.Length));
            if (checksum is not null || size == 0)
                continue;
            if (!await CountAsync(upload, offset, stored, pending))
                return await DiscardAsync(pending, UploadErrors.Overtaken());
            pending.Clear();
            offset = stored;
        }

        if (checksum is not null && (broken || !checksum.Fits(hash!)))
            return await DiscardAsync(pending, UploadErrors.ChecksumMismatch());
        if (checksum is not null && stored > offset && !await CountAsync(upload, offset, stored, pending))
            return await DiscardAsync(pending, UploadErrors.Overtaken());
        if (checksum is null)
            await RemoveAsync(pending);
        return await FindAsync(upload.OrganizationId, upload.Id, upload.Kind, CancellationToken.None) is { } current ? current : UploadErrors.Gone();
    }

    /// <summary>
    /// Makes the asset of an upload whose bytes are all there, or the version. Safe to repeat: the same bytes give the same asset, and no second version.
    /// </summary>
    public async Task<Result<IngestedAsset>> FinishAsync(Upload upload, SpaceScope space, CancellationToken ct)
    {
        await using var whole = new JoinedObjectsStream(store, upload.Parts);
        return await FinishAsync(upload, space, whole, ct);
    }

    /// <summary>Stores the body of a presigned upload, replacing what was put before.</summary>
    /// <returns>Null, or <see cref="ErrorCode.PayloadTooLarge"/>.</returns>
    public async Task<Error?> PutAsync(Upload upload, Stream body, CancellationToken ct)
    {
        var key = ObjectKey.Staging(upload.OrganizationId, upload.Id);
        await using var measured = new MeasuredStream(body, upload.Length);
        await store.PutAsync(key, measured, "application/octet-stream", ct);
        if (!measured.LimitExceeded)
            return null;
        await store.DeleteAsync(key, CancellationToken.None);
        return IngestionErrors.TooLarge(upload.Length);
    }

    /// <summary>Whether something was put at a presigned upload's URL.</summary>
    public async Task<bool> HasBytesAsync(Upload upload, CancellationToken ct) =>
        await store.HeadAsync(ObjectKey.Staging(upload.OrganizationId, upload.Id), ct) is not null;

    /// <summary>Puts an upload's bytes together as the one object that an import reads.</summary>
    /// <returns>Its key; null while bytes are missing.</returns>
    public async Task<string?> GatherAsync(Upload upload, CancellationToken ct)
    {
        var key = ObjectKey.Staging(upload.OrganizationId, upload.Id);
        if (upload.Kind is UploadKind.Presigned)
            return await HasBytesAsync(upload, ct) ? key : null;
        if (upload.Offset < upload.Length)
            return null;
        await using var whole = new JoinedObjectsStream(store, upload.Parts);
        await store.PutAsync(key, whole, "application/zip", ct);
        return key;
    }

    /// <summary>Removes the pieces of an upload that were put together; what fails here is swept later.</summary>
    public Task RemovePiecesAsync(Upload upload) => RemoveAsync(upload.Parts);

    /// <summary>Makes the asset of a presigned upload; <see cref="ErrorCode.Conflict"/> while nothing has been put.</summary>
    public async Task<Result<IngestedAsset>> FinishPresignedAsync(Upload upload, SpaceScope space, CancellationToken ct)
    {
        await using var put = await store.OpenAsync(ObjectKey.Staging(upload.OrganizationId, upload.Id), null, ct);
        return put is null ? UploadErrors.NothingPut() : await FinishAsync(upload, space, put.Content, ct);
    }

    /// <summary>Forgets an upload and removes its bytes; the asset made of it stays. False where there was none.</summary>
    public async Task<bool> TerminateAsync(Upload upload, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(upload.OrganizationId);
        db.Uploads.Attach(upload);
        db.Uploads.Remove(upload);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }

        await RemoveBytesAsync(upload, CancellationToken.None);
        return true;
    }

    /// <summary>Removes what an upload has in staging.</summary>
    internal async Task RemoveBytesAsync(Upload upload, CancellationToken ct)
    {
        await RemoveAsync(upload.Parts);
        await foreach (var left in store.ListAsync(ObjectKey.StagingPartsPrefix(upload.OrganizationId, upload.Id), ct))
            await store.DeleteAsync(left.Key, ct);
        await store.DeleteAsync(ObjectKey.Staging(upload.OrganizationId, upload.Id), ct);
    }

    private async Task<Result<IngestedAsset>> FinishAsync(Upload upload, SpaceScope space, Stream content, CancellationToken ct)
    {
        var details = UploadDetails.Read(upload.Metadata);
        if (!(await staging.StageAsync(upload.OrganizationId, content, StagingTarget.For(space.Policy), ct)).TryGet(out var staged, out var tooLarge))
            return tooLarge;
        await using var _ = staged;
        if (upload.Kind is UploadKind.Tus && staged.SizeBytes != upload.Length)
            throw new ObjectStoreException($"The pieces of upload {upload.Id} hold {staged.SizeBytes} bytes, not the {upload.Length} that were stored.");
        var image = new IncomingImage
        {
            Space = space,
            Filename = AssetNames.Filename(details.Filename),
            Folder = details.Folder,
            Tags = details.Tags,
            Access = details.Access,
            UploadedBy = upload.CreatedBy,
        };
        var made = details.VersionOf is { } asset
            ? await ingestor.ReplaceAsync(space, asset, static _ => null, staged, ct) : await ingestor.IngestAsync(image, staged, ct);
        if (!made.TryGet(out var ingested, out var refusal))
            return refusal;
        await using var db = registry.ForOrganization(upload.OrganizationId);
        await db.Uploads.Where(row => row.Id == upload.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(one => one.AssetId, ingested.Asset.Id).SetProperty(one => one.Parts, Array.Empty<string>()),
                CancellationToken.None);
        await RemoveBytesAsync(upload, CancellationToken.None);
        return ingested;
    }

    /// <summary>Moves the offset over stored pieces; false where it is no longer what it was.</summary>
    private async Task<bool> CountAsync(Upload upload, long from, long to, List<string> keys)
    {
        await using var db = registry.ForOrganization(upload.OrganizationId);
        var (pieces, expires) = (keys.ToArray(), time.GetUtcNow() + options.Value.UploadLifetime);
        return await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE uploads SET "offset" = {to}, parts = parts || {pieces}, expires_at = {expires}
            WHERE id = {upload.Id} AND "offset" = {from} AND asset_id IS NULL
            """,
            CancellationToken.None) == 1;
    }

    private async Task<bool> HasMoreAsync(Stream body, CancellationToken ct)
    {
        await using var rest = new PieceStream(body, 1, LongestPiece, time, static _ => { }, ct);
        return await rest.ReadAsync(new byte[1], CancellationToken.None) > 0;
    }

    private async Task<Error> DiscardAsync(IEnumerable<string> keys, Error why)
    {
        await RemoveAsync(keys);
        return why;
    }

    private async Task RemoveAsync(IEnumerable<string> keys)
    {
        foreach (var key in keys)
            await store.DeleteAsync(key, CancellationToken.None);
    }
}

/// <summary>A body's checksum as announced (tus extension "checksum").</summary>
/// <param name="Algorithm">SHA-1 or SHA-256.</param>
/// <param name="Value">The digest.</param>
public sealed record BodyChecksum(HashAlgorithmName Algorithm, byte[] Value)
{
    internal bool Fits(IncrementalHash hash) => CryptographicOperations.FixedTimeEquals(hash.GetCurrentHash(), Value);
}

/// <summary>Every way a resumable upload refuses.</summary>
public static class UploadErrors
{
    public static Error Overtaken() => new(ErrorCode.Conflict, "Another request is writing this upload. Ask for its offset and continue there.");

    public static Error WrongOffset(long offset) => new(ErrorCode.Conflict, $"The upload's offset is {offset}; continue there.");

    public static Error ChecksumMismatch() => new(ErrorCode.ChecksumMismatch, "The body does not have the checksum it was sent with; nothing of it was kept.");

    public static Error TooLong(long length) =>
        new(ErrorCode.PayloadTooLarge, $"The body goes on past the upload's announced length of {length} bytes; its last piece was not kept.");

    public static Error Gone() => new(ErrorCode.NotFound, "There is no such resource.");

    public static Error Expired() => new(ErrorCode.UploadExpired, "The upload expired before it was complete. Begin it again.");

    public static Error AlreadyComplete(AssetId asset) => new(ErrorCode.Conflict, $"The upload is complete; its asset is {asset}.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["asset"] = asset.ToString() },
    };

    public static Error NothingPut() => new(ErrorCode.Conflict, "Nothing has been put at the upload's URL yet.");
}
