using ImageService.Core.Errors;
using ImageService.Core.Metering;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// The policy <c>quota_transforms_per_month</c>: each transform is counted at space, tenant and organization before it runs, by conditional updates, so that no two
/// take the last one, and given back where it did not run. Every level that sets a quota is held to it. Images made before cost nothing.
/// </summary>
public sealed class TransformQuota(RegistryFactory registry, PolicyResolver policies, TimeProvider time, ILogger<TransformQuota> logger)
{
    private const string Kind = "transforms";

    /// <summary>Takes one transform from every level, or from none.</summary>
    /// <returns>The month it was taken from, null where nothing could be counted; or <see cref="ErrorCode.PeriodicQuotaExceeded"/>.</returns>
    public async Task<Result<DateOnly?>> TakeAsync(SpaceScope space, CancellationToken ct)
    {
        try
        {
            var limits = await LimitsAsync(space, ct);
            return await CountAsync(space, limits, ct);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            // A month's quota is not worth an outage: images of known assets go on being made.
            Log.QuotaNotCounted(logger, exception);
            return default(DateOnly?);
        }
    }

    /// <summary>Gives one transform back that was taken and did not run. Should the registry be away, it stays counted.</summary>
    /// <param name="space">Where it was taken.</param>
    /// <param name="month">From which month.</param>
    public async Task GiveBackAsync(SpaceScope space, DateOnly month)
    {
        try
        {
            Guid[] scopes = [space.OrganizationId, space.TenantId, space.SpaceId];
            await using var db = registry.ForOrganization(space.OrganizationId);

            // Locked in the order in which they are taken. Not the caller's token: whoever left gets it back too.
            await db.Database.ExecuteSqlAsync(
                $"""
                WITH mine AS (
                    SELECT scope_id FROM quota_counters
                    WHERE organization_id = {space.OrganizationId} AND scope_id = ANY ({scopes}) AND kind = {Kind} AND period = {month}
                    ORDER BY scope_id FOR UPDATE)
                UPDATE quota_counters q SET used = greatest(0, q.used - 1) FROM mine
                WHERE q.organization_id = {space.OrganizationId} AND q.scope_id = mine.scope_id AND q.kind = {Kind} AND q.period = {month}
                """,
                CancellationToken.None);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.QuotaNotGivenBack(logger, exception);
        }
    }

    private async Task<Level[]> LimitsAsync(SpaceScope space, CancellationToken ct)
    {
        var tenant = await policies.ResolveAsync(space.OrganizationId, space.TenantId, spaceId: null, ct);
        var organization = await policies.ResolveAsync(space.OrganizationId, tenantId: null, spaceId: null, ct);
        return
        [
            new Level(space.OrganizationId, "organization", organization.QuotaTransformsPerMonth),
            new Level(space.TenantId, "tenant", tenant.QuotaTransformsPerMonth),
            new Level(space.SpaceId, "space", space.Policy.QuotaTransformsPerMonth),
        ];
    }

    private async Task<Result<DateOnly?>> CountAsync(SpaceScope space, Level[] levels, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var month = QuotaMonth.Of(now);
        var scopes = Array.ConvertAll(levels, static level => level.ScopeId);
        var limits = Array.ConvertAll(levels, static level => level.Limit ?? long.MaxValue);
        await using var db = registry.ForOrganization(space.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var taken = await db.Database.SqlQuery<Guid>(
            $"""
            INSERT INTO quota_counters AS q (organization_id, scope_id, kind, period, used)
            SELECT {space.OrganizationId}, w.s, {Kind}, {month}, 1 FROM unnest({scopes}, {limits}) AS w(s, l) WHERE w.l > 0 ORDER BY w.s
            ON CONFLICT (organization_id, scope_id, kind, period) DO UPDATE SET used = q.used + 1
            WHERE q.used < (SELECT l FROM unnest({scopes}, {limits}) AS w(s, l) WHERE w.s = q.scope_id)
            RETURNING q.scope_id
            """).ToListAsync(ct);
        var full = Array.Find(levels, level => !taken.Contains(level.ScopeId));
        if (full is null)
        {
            await transaction.CommitAsync(ct);
            return (DateOnly?)month;
        }

        return new Error(
            ErrorCode.PeriodicQuotaExceeded,
            $"The {full.Name} has used its {full.Limit} transforms of this month (policy quota_transforms_per_month). Images made before are still served.")
        {
            Limit = full.Limit,
            RetryAfter = QuotaMonth.Rest(now),
        };
    }

    private sealed record Level(Guid ScopeId, string Name, long? Limit);
}
