using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Ingestion;

/// <summary>
/// Runs a bulk import in the worker, file by file through the same ingestor as an upload. A file that is refused is noted and the next one follows.
/// Safe to run again after a crash: what was imported before is found by its bytes and counted as deduplicated.
/// </summary>
public sealed class ImportRunner(
    RegistryFactory registry, IObjectStore store, StagingArea staging, AssetIngestor ingestor, TenantDirectory tenants, IOptions<IngestionOptions> options,
    TimeProvider time)
{
    /// <summary>
    /// A run that has not shown progress for this long is taken to be dead; one file takes far less. Should it be alive all the same, files are found twice
    /// and none becomes two assets.
    /// </summary>
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(2);

    private readonly IngestionOptions _options = options.Value;

    /// <summary>Runs a job to its end.</summary>
    /// <returns>False where another process runs it right now: try again later.</returns>
    public async Task<bool> RunAsync(Guid organizationId, Guid jobId, CancellationToken ct)
    {
        var claim = await ClaimAsync(organizationId, jobId, ct);
        if (claim is not { Job: { } job })
            return claim is not { Busy: true };
        var progress = new ImportProgress(registry, job, time);
        if (await tenants.FindSpaceAsync(organizationId, job.SpaceId, ct) is not { } space)
        {
            await progress.EndAsync(ImportState.Failed, new Error(ErrorCode.NotFound, "The space was deleted."), ct);
            return true;
        }

        var failure = job.Source is ImportSource.Zip ? await RunArchiveAsync(job, space, progress, ct) : await RunPrefixAsync(job, space, progress, ct);
        await progress.EndAsync(failure is null ? ImportState.Completed : ImportState.Failed, failure, ct);
        if (job.Source is ImportSource.Zip)
            await store.DeleteAsync(job.SourceKey, CancellationToken.None);
        return true;
    }

    private async Task<(ImportJob? Job, bool Busy)?> ClaimAsync(Guid organizationId, Guid jobId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var before = now - Stale;
        await using var db = registry.ForOrganization(organizationId);
        var claimed = await db.ImportJobs
            .Where(job => job.Id == jobId && (job.State == ImportState.Queued || (job.State == ImportState.Running && job.UpdatedAt < before)))
            .ExecuteUpdateAsync(
                job => job.SetProperty(row => row.State, ImportState.Running).SetProperty(row => row.UpdatedAt, now).SetProperty(row => row.Imported, 0)
                    .SetProperty(row => row.Deduplicated, 0).SetProperty(row => row.Failed, 0).SetProperty(row => row.Failures, "[]"),
                ct);
        var job = await db.ImportJobs.AsNoTracking().SingleOrDefaultAsync(row => row.Id == jobId, ct);
        return job is null ? null : claimed == 1 ? (job, false) : (null, job.State == ImportState.Running);
    }

    private async Task<Error?> RunArchiveAsync(ImportJob job, SpaceScope space, ImportProgress progress, CancellationToken ct)
    {
        var local = store.LocalPathOf(job.SourceKey);
        var temporary = local is null ? staging.TemporaryPath() : null;
        try
        {
            if (temporary is not null && !await DownloadAsync(job.SourceKey, temporary, ct))
                return new Error(ErrorCode.NotFound, "The uploaded ZIP is gone.");
            await using var file = new FileStream(local ?? temporary!, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024,
                useAsync: true);
            if (!ArchiveSource.Open(file, _options).TryGet(out var archive, out var refusal))
                return refusal;
            using (archive)
            {
                var items = ArchiveSource.Items(archive, _options);
                await progress.BeginAsync(items.Count, ct);
                return await ImportAllAsync(items.ToAsyncEnumerable(), job, space, progress, ct);
            }
        }
        catch (FileNotFoundException)
        {
            return new Error(ErrorCode.NotFound, "The uploaded ZIP is gone.");
        }
        finally
        {
            if (temporary is not null)
                File.Delete(temporary);
        }
    }

    private async Task<Error?> RunPrefixAsync(ImportJob job, SpaceScope space, ImportProgress progress, CancellationToken ct)
    {
        var total = await PrefixSource.ItemsAsync(store, job.OrganizationId, job.SourceKey, ct).CountAsync(ct);
        await progress.BeginAsync(total, ct);
        return await ImportAllAsync(PrefixSource.ItemsAsync(store, job.OrganizationId, job.SourceKey, ct), job, space, progress, ct);
    }

    private async Task<bool> DownloadAsync(string key, string path, CancellationToken ct)
    {
        await using var source = await store.OpenAsync(key, null, ct);
        if (source is null)
            return false;
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, useAsync: true);
        await source.Content.CopyToAsync(file, ct);
        return true;
    }

    private async Task<Error?> ImportAllAsync(
        IAsyncEnumerable<ImportItem> items, ImportJob job, SpaceScope space, ImportProgress progress, CancellationToken ct)
    {
        var defaults = UploadDetails.Read(job.Defaults);
        long unpacked = 0;
        await foreach (var item in items.WithCancellation(ct))
        {
            var (outcome, bytes) = item.Refusal is { } refusal ? (refusal, 0) : await ImportAsync(item, defaults, job, space, ct);
            await progress.NoteAsync(item.Name, outcome, ct);
            unpacked += bytes;
            if (job.Source is ImportSource.Zip && unpacked > _options.MaxArchiveUnpackedBytes)
                return ArchiveErrors.TooMuchUnpacked(_options.MaxArchiveUnpackedBytes);
        }

        return null;
    }

    private async Task<(Result<IngestedAsset> Outcome, long Bytes)> ImportAsync(
        ImportItem item, UploadDetails defaults, ImportJob job, SpaceScope space, CancellationToken ct)
    {
        var directory = item.Name.LastIndexOf('/') is var slash and > 0 ? item.Name[..slash] : "";
        if (!AssetNames.Folder($"{defaults.Folder.TrimEnd('/')}/{directory}").TryGet(out var folder, out var unnamable))
            return (unnamable, 0);
        try
        {
            await using var content = await item.OpenAsync(ct);
            if (!(await staging.StageAsync(space.OrganizationId, content, StagingTarget.For(space.Policy), ct)).TryGet(out var staged, out var tooLarge))
                return (tooLarge, space.Policy.MaxUploadBytes);
            await using var _ = staged;
            var image = new IncomingImage
            {
                Space = space,
                Filename = AssetNames.Filename(item.Name),
                Folder = folder,
                Tags = defaults.Tags,
                Access = defaults.Access,
                UploadedBy = job.CreatedBy,
            };
            var outcome = await ingestor.IngestAsync(image, staged, ct);
            if (outcome.Error is { Code: ErrorCode.Overloaded, RetryAfter: { } wait })
            {
                // The machine's fault and not the file's: nobody is there to send it again.
                await Task.Delay(wait, time, ct);
                outcome = await ingestor.IngestAsync(image, staged, ct);
            }

            return (outcome, staged.SizeBytes);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or FileNotFoundException)
        {
            return (ArchiveErrors.Damaged(), 0);
        }
    }
}
