using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>Removes resumable and direct uploads whose time is over, with the bytes they left. Bytes first: a crash leaves a row that is swept again.</summary>
internal sealed class ExpireUploads(RegistryFactory registry, IObjectStore store, TimeProvider time, ILogger<ExpireUploads> log)
{
    private const int Batch = 200;

    public async Task RunAsync(CancellationToken ct)
    {
        var (now, after, expired) = (time.GetUtcNow(), Guid.Empty, 0);
        await using var db = registry.ForSystem();
        while (await PageAsync(db, after, now, ct) is { Count: > 0 } page)
        {
            foreach (var upload in page)
            {
                if (!await TryRemoveBytesAsync(upload, ct)) continue;
                expired += await db.Uploads.Where(row => row.Id == upload.Id && row.ExpiresAt <= now).ExecuteDeleteAsync(ct);
            }

            after = page[^1].Id;
        }

        Log.Swept(log, nameof(ExpireUploads), expired, "uploads expired");
    }

    private static Task<List<Upload>> PageAsync(RegistryDb db, Guid after, DateTimeOffset now, CancellationToken ct) =>
        db.Uploads.AsNoTracking().Where(upload => upload.Id > after && upload.ExpiresAt <= now).OrderBy(upload => upload.Id).Take(Batch).ToListAsync(ct);

    private async Task<bool> TryRemoveBytesAsync(Upload upload, CancellationToken ct)
    {
        try
        {
            await store.DeleteAsync(ObjectKey.Staging(upload.OrganizationId, upload.Id), ct);
            await store.DeletePrefixAsync(ObjectKey.StagingPartsPrefix(upload.OrganizationId, upload.Id), ct);
            return true;
        }
        catch (ObjectStoreException exception)
        {
            Log.SweepItemFailed(log, exception, nameof(ExpireUploads), upload.Id.ToString());
            return false;
        }
    }
}
