using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Policies;

namespace ImageService.Api.RateLimiting;

/// <summary>Limits management calls by organization (policy <c>api_rate_limit_requests</c>, per minute) and says on each answer what is left.</summary>
internal sealed class ManagementRateLimit(RequestDelegate next, RateLimiter limiter, PolicyResolver policies)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.CallerOrNone() is not { OrganizationId: { } organizationId })
        {
            await next(http);
            return;
        }

        var policy = await policies.ResolveAsync(organizationId, tenantId: null, spaceId: null, http.RequestAborted);
        var decision = await limiter.TakeAsync(new RateKey(organizationId, RateKind.Management), policy.ApiRateLimitRequests, Window, http.RequestAborted);
        decision.WriteHeaders(http.Response);
        if (decision.IsAllowed)
            await next(http);
        else
            await Problems.WriteAsync(http, decision.ToError("management calls per minute are allowed for the organization (policy api_rate_limit_requests)"));
    }
}
