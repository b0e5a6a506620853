using ImageService.Api.RateLimiting;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Policies;
using ImageService.Core.Registry;

namespace ImageService.Api.Authentication;

/// <summary>
/// Limits management calls (policy <c>api_rate_limit_requests</c>, per minute) and says on each answer what is left. The organization's limit is asked as
/// soon as the caller is known, so that what is
/// refused afterwards counts like any call; one that a tenant or a space sets, once the route's place is known, and it counts calls to that place alone.
/// </summary>
internal sealed class ManagementRateLimit(RateLimiter limiter, PolicyResolver policies)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>Takes one call of the caller's organization; null where it may go on.</summary>
    public async ValueTask<Error?> TakeAsync(HttpContext http, Caller caller)
    {
        if (caller.OrganizationId is not { } organizationId)
            return null;
        var policy = await policies.ResolveAsync(organizationId, tenantId: null, spaceId: null, http.RequestAborted);

        // A person who belongs to no organization named here counts alone.
        var key = new RateKey(organizationId == Guid.Empty ? caller.Id : organizationId, RateKind.Management);
        return await TakeAsync(http, key, policy, PolicyLevel.Organization);
    }

    /// <summary>Takes one call of the tenant or the space that the route names, where that sets a limit of its own.</summary>
    public async ValueTask<Error?> TakeAsync(HttpContext http, Place place)
    {
        if (place.TenantId is null)
            return null;
        var policy = await policies.ResolveAsync(place.OrganizationId, place.TenantId, place.SpaceId, http.RequestAborted);
        return policy.ApiRateLimitLevel == PolicyLevel.Organization
            ? null
            : await TakeAsync(http, RateKey.Of(RateKind.Management, policy.ApiRateLimitLevel, place.OrganizationId, place.TenantId, place.SpaceId), policy,
                policy.ApiRateLimitLevel);
    }

    private async ValueTask<Error?> TakeAsync(HttpContext http, RateKey key, EffectivePolicy policy, PolicyLevel level)
    {
        var decision = await limiter.TakeAsync(key, policy.ApiRateLimitRequests, Window, http.RequestAborted);
        decision.WriteHeaders(http.Response);
        return decision.IsAllowed
            ? null : decision.ToError($"management calls per minute are allowed for the {SnakeCase.Write(level)} (policy api_rate_limit_requests)");
    }
}
