using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Uploads;

/// <summary>What a tus request does, for a caller who may write where the upload goes.</summary>
internal sealed class TusUploads(
    ResumableUploads uploads, CallerPlaces places, AssetFinder assets, RegistryFactory registry, IOptions<IngestionOptions> options)
{
    public async Task<Result<TusUpload>> BeginAsync(Caller caller, PageOrigin page, long length, Dictionary<string, string> metadata, string? asSent,
        CancellationToken ct)
    {
        if (!(await places.FindSpaceAsync(caller, Value("tenant"), Value("space"), Scopes.ImageWrite, ct)).TryGet(out var space, out var error)
            || !UploadDetails.Read(Value("filename") ?? Value("name"), Value("folder"), Value("tags"), Value("access")).TryGet(out var details, out error))
            return error;
        if (page.Judge(space) is { } foreign)
            return foreign;
        var purpose = Value("purpose");
        if (purpose is not (null or "image" or "import" or "version"))
            return Problems.Invalid("purpose must be image, import or version.");
        Guid? versionOf = null;
        if (purpose is "version")
        {
            if (!(await FindAssetAsync(caller, space, Value("asset"), ct)).TryGet(out var asset, out error))
                return error;
            versionOf = asset;
        }

        var isArchive = purpose is "import";
        var most = isArchive ? options.Value.MaxArchiveBytes : space.Policy.MaxUploadBytes;
        if (length > most)
            return IngestionErrors.TooLarge(most);
        var told = details with { AsSent = asSent, IsArchive = isArchive, VersionOf = versionOf };
        return new TusUpload(await uploads.CreateAsync(space, UploadKind.Tus, length, told, caller.Id, ct), space);

        string? Value(string key) => metadata.GetValueOrDefault(key);
    }

    /// <summary>The asset that gets a version, which must be in the space that the upload names.</summary>
    private async Task<Result<Guid>> FindAssetAsync(Caller caller, SpaceScope space, string? id, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(space.OrganizationId);
        if (!(await assets.FindAsync(db, caller, id ?? "", Scopes.ImageWrite, deleted: false, ct)).TryGet(out var found, out var absent))
            return absent;
        return found.Space.SpaceId == space.SpaceId ? found.Asset.Id : Problems.NotFound;
    }

    /// <summary>An upload that is neither expired nor another's.</summary>
    public async Task<Result<TusUpload>> FindAsync(Caller caller, PageOrigin page, Guid id, CancellationToken ct)
    {
        var upload = await uploads.FindAsync(CallerPlaces.OrganizationOf(caller), id, UploadKind.Tus, ct);
        if (!(await places.FindSpaceAsync(caller, upload?.SpaceId ?? Guid.Empty, Scopes.ImageWrite, ct)).TryGet(out var space, out var error))
            return error;
        if (upload is null)
            return Problems.NotFound;
        if (page.Judge(space) is { } foreign)
            return foreign;
        return uploads.IsExpired(upload) ? UploadErrors.Expired() : new TusUpload(upload, space);
    }

    /// <summary>Stores a body's bytes; with the last one the asset is made, unless an import is to name them.</summary>
    public async Task<Result<TusUpload>> AppendAsync(TusUpload upload, Stream body, BodyChecksum? checksum, CancellationToken ct)
    {
        if (!(await uploads.AppendAsync(upload.Upload, body, checksum, ct)).TryGet(out var appended, out var error))
            return error;
        var current = upload with { Upload = appended };
        return current.AwaitsAsset ? await FinishAsync(current, ct) : current;
    }

    /// <summary>Makes the asset. Content that can never become one ends the upload; what may pass (a quota, an overload) can be tried again.</summary>
    public async Task<Result<TusUpload>> FinishAsync(TusUpload upload, CancellationToken ct)
    {
        if ((await uploads.FinishAsync(upload.Upload, upload.Space, ct)).TryGet(out var ingested, out var error))
        {
            var finished = await uploads.FindAsync(upload.Upload.OrganizationId, upload.Upload.Id, UploadKind.Tus, ct);
            upload.Upload.AssetId = ingested.Asset.Id;
            return upload with { Upload = finished ?? upload.Upload, Outcome = new TusOutcome(ingested.Asset.Filename, ingested.Deduplicated) };
        }

        if (error.Code is ErrorCode.UnsupportedImageType or ErrorCode.UnsupportedImageKind or ErrorCode.UndecodableImage or ErrorCode.ImageLimitExceeded
            or ErrorCode.PayloadTooLarge or ErrorCode.NotFound or ErrorCode.RetentionLocked)
            await uploads.TerminateAsync(upload.Upload, CancellationToken.None);
        return error;
    }

    /// <summary>
    /// What became of a complete upload, also where another request completed it; null while bytes are missing, and once the asset is gone for good.
    /// </summary>
    public async Task<TusOutcome?> OutcomeAsync(TusUpload upload, CancellationToken ct)
    {
        if (upload.Outcome is not null || upload.Upload.AssetId is not { } id)
            return upload.Outcome;
        await using var db = registry.ForOrganization(upload.Upload.OrganizationId);
        if (UploadDetails.Read(upload.Upload.Metadata).VersionOf is not null)
        {
            var version = await db.Assets.AsNoTracking().Where(row => row.Id == id).Select(row => new
            {
                row.Filename,
                IsOurs = db.AssetVersions.Any(one => one.AssetId == id && one.UploadedAt >= upload.Upload.CreatedAt),
            }).SingleOrDefaultAsync(ct);
            return version is null ? null : new TusOutcome(version.Filename, !version.IsOurs);
        }

        var asset = await db.Assets.AsNoTracking().Where(row => row.Id == id).Select(row => new { row.Filename, row.UploadedAt }).SingleOrDefaultAsync(ct);

        // What this upload made is younger than the upload.
        return asset is null ? null : new TusOutcome(asset.Filename, asset.UploadedAt < upload.Upload.CreatedAt);
    }

    public async Task<Error?> TerminateAsync(Caller caller, PageOrigin page, Guid id, CancellationToken ct)
    {
        if (!(await FindAsync(caller, page, id, ct)).TryGet(out var found, out var error))
            return error;
        return await uploads.TerminateAsync(found.Upload, ct) ? null : Problems.NotFound;
    }
}

/// <summary>An upload in progress and where it goes.</summary>
internal sealed record TusUpload(Upload Upload, SpaceScope Space)
{
    /// <summary>Set by the request that completed it.</summary>
    public TusOutcome? Outcome { get; init; }

    /// <summary>Whether all bytes are there and the asset of them is not.</summary>
    public bool AwaitsAsset => Upload.Offset == Upload.Length && Upload.AssetId is null && !UploadDetails.Read(Upload.Metadata).IsArchive;
}

/// <summary>The asset of a complete upload.</summary>
/// <param name="Filename">As stored; that of the asset there already, where the bytes were.</param>
/// <param name="Deduplicated">Whether the bytes were in the space before.</param>
internal sealed record TusOutcome(string Filename, bool Deduplicated);
