using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Quotas;

/// <summary>
/// The month's transforms: each is counted at space, tenant and organization before it runs, by conditional updates, so that no two take the last one, and
/// given back
/// where it did not run. Images made before cost nothing.
/// </summary>
public sealed class TransformQuota(RegistryFactory registry, TimeProvider time, ILogger<TransformQuota> logger)
{
    /// <summary>Takes one transform from every level, or from none; from none where the registry is away.</summary>
    public async Task<Result<TransformLease>> TakeAsync(SpaceScope space, CancellationToken ct)
    {
        try
        {
            return await CountAsync(space, ct);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            // A month's quota is not worth an outage: images of known assets go on being made.
            Log.NotCounted(logger, exception);
            return TransformLease.Free;
        }
    }

    private async Task<Result<TransformLease>> CountAsync(SpaceScope space, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var month = QuotaPeriod.MonthOf(now);
        var place = QuotaPlace.Of(space);
        var scopes = place.Scopes;
        var limits = QuotaKind.Transforms.LimitsIn(space.Policy).ToDictionary(limit => place.ScopeOf(limit.Level), limit => limit.Limit);
        var mosts = Array.ConvertAll(scopes, scope => limits.GetValueOrDefault(scope, long.MaxValue));
        await using var db = registry.ForOrganization(space.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var taken = await QuotaSql.TakeOneAsync(db, place, QuotaKind.Transforms, month, mosts, ct);
        var full = Array.FindIndex(scopes, scope => !taken.Contains(scope));
        if (full < 0)
        {
            await transaction.CommitAsync(ct);
            return new TransformLease(() => GiveBackAsync(place, month));
        }

        return new Error(
            ErrorCode.PeriodicQuotaExceeded,
            $"The {SnakeCase.Write(place.LevelOf(scopes[full]))} has used its {mosts[full]} {QuotaKind.Transforms.Unit()} of this month"
                + $" (policy {QuotaKind.Transforms.PolicyKey()}). Images made before are still served.")
        {
            Limit = mosts[full],
            RetryAfter = QuotaPeriod.RestOfMonth(now),
        };
    }

    /// <summary>Should the registry be away, it stays counted. Not the caller's token: whoever left gets it back too.</summary>
    private async Task GiveBackAsync(QuotaPlace place, DateOnly month)
    {
        try
        {
            await using var db = registry.ForOrganization(place.OrganizationId);
            await QuotaSql.GiveOneBackAsync(db, place, QuotaKind.Transforms, month, CancellationToken.None);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.NotGivenBack(logger, exception);
        }
    }
}
