using System.Globalization;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Api.RateLimiting;

/// <summary>What a limiter says of one request.</summary>
/// <param name="IsAllowed">Whether it may go on.</param>
/// <param name="Limit">Requests per window.</param>
/// <param name="Remaining">Requests left in the window, to within the blocks that other replicas hold.</param>
/// <param name="ResetAfter">When the oldest counted requests leave the window.</param>
internal readonly record struct RateDecision(bool IsAllowed, long Limit, long Remaining, TimeSpan ResetAfter)
{
    /// <summary>Sets <c>X-RateLimit-Limit</c>, <c>-Remaining</c> and <c>-Reset</c> (whole seconds from now).</summary>
    public void WriteHeaders(HttpResponse response)
    {
        response.Headers["X-RateLimit-Limit"] = Limit.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Remaining"] = Math.Max(0, Remaining).ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Reset"] = Seconds(ResetAfter).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The refusal.</summary>
    public Error ToError(string what) =>
        new(ErrorCode.RateLimited, $"At most {Limit} {what}. Try again in {Seconds(ResetAfter)} s.") { RetryAfter = ResetAfter };

    private static long Seconds(TimeSpan span) => Math.Max(1, (long)Math.Ceiling(span.TotalSeconds));
}

/// <summary>Whose requests of which kind are counted together.</summary>
/// <param name="ScopeId">Id of the organization, tenant or space whose policy sets the limit.</param>
/// <param name="Kind">Of what.</param>
internal readonly record struct RateKey(Guid ScopeId, RateKind Kind)
{
    /// <summary>The level that sets a limit counts its own requests and nobody else's; where none sets it, the organization does.</summary>
    public static RateKey Of(RateKind kind, PolicyLevel level, Guid organizationId, Guid? tenantId, Guid? spaceId) => level switch
    {
        PolicyLevel.Space when spaceId is { } space => new RateKey(space, kind),
        PolicyLevel.Tenant when tenantId is { } tenant => new RateKey(tenant, kind),
        _ => new RateKey(organizationId, kind),
    };
}

/// <summary>What is limited.</summary>
internal enum RateKind
{
    Images,
    Management,
}
