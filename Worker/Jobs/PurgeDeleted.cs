using Hangfire;
using ImageService.Core.Lifecycle;
using ImageService.Core.Messaging;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Removes deleted assets for good once their time to be restored is over: rows in one transaction with the message that removes their objects, so
/// that a crash leaves neither a row without its object nor an object that nobody will remove. Assets of a deleted space, tenant or organization go with it.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class PurgeDeleted(RegistryFactory registry, IOptions<LifecycleOptions> options, TimeProvider time, ILogger<PurgeDeleted> log)
{
    private readonly LifecycleOptions _options = options.Value;

    public async Task RunAsync(CancellationToken ct)
    {
        var (now, after, purged) = (time.GetUtcNow(), Guid.Empty, 0);
        await using var system = registry.ForSystem();
        while (await PageAsync(system, after, now, ct) is { Count: > 0 } page)
        {
            foreach (var candidate in page)
            {
                if (RetentionPlan.PurgesAsset(candidate.DeletedAt, candidate.RetainUntil, _options, now))
                    purged += await PurgeAsync(candidate, now, ct);
            }

            after = page[^1].AssetId;
        }

        Log.Swept(log, nameof(PurgeDeleted), purged, "deleted assets purged");
    }

    private Task<List<Candidate>> PageAsync(RegistryDb db, Guid after, DateTimeOffset now, CancellationToken ct)
    {
        var before = now - _options.DeletedRetention;
        var deleted =
            from asset in db.Assets.AsNoTracking()
            join organization in db.Organizations on asset.OrganizationId equals organization.Id
            join tenant in db.Tenants on asset.TenantId equals tenant.Id
            join space in db.Spaces on asset.SpaceId equals space.Id
            where asset.Id > after
            let deletedAt = asset.DeletedAt ?? space.DeletedAt ?? tenant.DeletedAt ?? organization.DeletedAt
            where deletedAt != null && deletedAt < before
            orderby asset.Id
            select new Candidate(asset.OrganizationId, asset.Id, deletedAt, asset.RetainUntil);
        return deleted.Take(_options.Batch).ToListAsync(ct);
    }

    // Each statement names its organization: a job that destroys data does not lean on row-level security alone.
    private async Task<int> PurgeAsync(Candidate candidate, DateTimeOffset now, CancellationToken ct)
    {
        var (organizationId, assetId) = (candidate.OrganizationId, candidate.AssetId);
        await using var db = registry.ForOrganization(organizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // The lock makes a restore wait; one that came first is seen by the second look.
        var asset = await db.Assets.FromSql($"SELECT *, xmin FROM assets WHERE organization_id = {organizationId} AND id = {assetId} FOR UPDATE")
            .AsNoTracking().SingleOrDefaultAsync(ct);
        if (asset is null || (asset.DeletedAt is null && !await ParentIsGoneAsync(db, asset, ct)) || asset.RetainUntil > now)
            return 0;
        if (asset.DeletedAt is null)
            await ReleaseAsync(db, asset, ct);
        await db.Variants.Where(row => row.OrganizationId == organizationId && row.AssetId == assetId).ExecuteDeleteAsync(ct);
        await db.AssetVersions.Where(row => row.OrganizationId == organizationId && row.AssetId == assetId).ExecuteDeleteAsync(ct);
        await db.Assets.Where(row => row.OrganizationId == organizationId && row.Id == assetId).ExecuteDeleteAsync(ct);
        db.Publish(new AssetPurged(organizationId, assetId), now);
        db.AuditLogs.Add(Entry(asset, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return 1;
    }

    // What was deleted by itself gave its share back then; what goes with its space gives it back now.
    private static async Task ReleaseAsync(RegistryDb db, Asset asset, CancellationToken ct) =>
        await QuotaGuard.GiveBackStorageAsync(
            db, QuotaPlace.Of(asset), await QuotaGuard.HeldByAsync(db, asset.Id, ct), assets: 1, ct);

    private static Task<bool> ParentIsGoneAsync(RegistryDb db, Asset asset, CancellationToken ct) =>
        db.Spaces.AnyAsync(
            space => space.OrganizationId == asset.OrganizationId && space.Id == asset.SpaceId
                && (space.DeletedAt != null
                    || db.Tenants.Any(tenant => tenant.Id == space.TenantId && tenant.DeletedAt != null)
                    || db.Organizations.Any(row => row.Id == asset.OrganizationId && row.DeletedAt != null)),
            ct);

    private static AuditEntry Entry(Asset asset, DateTimeOffset now) => new()
    {
        OrganizationId = asset.OrganizationId,
        At = now,
        ActorType = ActorType.System,
        ActorName = nameof(PurgeDeleted),
        Action = "asset.purged",
        ResourceType = "asset",
        ResourceId = new AssetId(asset.Id).ToString(),
    };

    private sealed record Candidate(Guid OrganizationId, Guid AssetId, DateTimeOffset? DeletedAt, DateTimeOffset? RetainUntil);
}
