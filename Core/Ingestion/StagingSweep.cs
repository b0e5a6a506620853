using System.Globalization;

using ImageService.Core.Registry;
using ImageService.Core.Storage;

using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Ingestion;

/// <summary>Removes what uploads that never ended left in staging, and the objects of asset versions whose row never came.</summary>
public sealed class StagingSweep(RegistryFactory registry, ObjectStores stores, ResumableUploads uploads, TimeProvider time)
{
    /// <summary>Sweeps one organization.</summary>
    /// <param name="organizationId">Whose staging.</param>
    /// <param name="olderThan">Only what was written before: longer ago than any request takes.</param>
    /// <param name="ct">Cancels between objects.</param>
    /// <returns>How many objects were removed.</returns>
    public async Task<int> SweepAsync(Guid organizationId, DateTimeOffset olderThan, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var removed = await ExpireAsync(db, ct);
        var live = await LiveAsync(db, ct);
        foreach (var store in stores.All)
            removed += await SweepAsync(db, store.Objects, organizationId, live, olderThan, ct);
        return removed;
    }

    private static async Task<int> SweepAsync(
        RegistryDb db, IObjectStore store, Guid organizationId, List<string> live, DateTimeOffset olderThan, CancellationToken ct)
    {
        var (intents, removed) = (ObjectKey.StagingIntentsPrefix(organizationId), 0);
        await foreach (var listing in store.ListAsync(ObjectKey.StagingPrefix(organizationId), ct))
        {
            if (listing.LastModified >= olderThan || live.Exists(prefix => listing.Key.StartsWith(prefix, StringComparison.Ordinal)))
                continue;
            if (listing.Key.StartsWith(intents, StringComparison.Ordinal))
                removed += await SettleAsync(db, store, organizationId, listing.Key[intents.Length..], ct);
            removed += await store.DeleteAsync(listing.Key, ct) ? 1 : 0;
        }

        return removed;
    }

    private static async Task<List<string>> LiveAsync(RegistryDb db, CancellationToken ct) =>
    [
        .. (await db.Uploads.AsNoTracking().Select(upload => new { upload.OrganizationId, upload.Id }).ToListAsync(ct))
            .SelectMany(upload =>
                new[] { ObjectKey.StagingPartsPrefix(upload.OrganizationId, upload.Id), ObjectKey.Staging(upload.OrganizationId, upload.Id) }),
        .. await db.ImportJobs.AsNoTracking().Where(job => job.State == ImportState.Queued || job.State == ImportState.Running)
            .Select(job => job.SourceKey).ToListAsync(ct),
    ];

    /// <summary>Uploads past their time, with their bytes.</summary>
    private async Task<int> ExpireAsync(RegistryDb db, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var expired = await db.Uploads.AsNoTracking().Where(upload => upload.ExpiresAt < now).Take(1000).ToListAsync(ct);
        foreach (var upload in expired)
            await uploads.TerminateAsync(upload, ct);
        return expired.Sum(upload => upload.Parts.Length);
    }

    /// <summary>A version that was being put in place when its process died: with a row it is whole, without one it never was.</summary>
    private static async Task<int> SettleAsync(RegistryDb db, IObjectStore store, Guid organizationId, string name, CancellationToken ct)
    {
        var parts = name.Split(".v");
        if (parts.Length != 2 || !Guid.TryParseExact(parts[0], "n", out var assetId)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return 0;
        if (await db.AssetVersions.AnyAsync(row => row.AssetId == assetId && row.Version == version, ct))
            return 0;
        var removed = 0;
        await foreach (var orphan in store.ListAsync(ObjectKey.VersionPrefix(organizationId, assetId, version), ct))
            removed += await store.DeleteAsync(orphan.Key, ct) ? 1 : 0;
        return removed;
    }
}
