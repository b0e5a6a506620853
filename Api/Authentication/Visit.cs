using ImageService.Core.Access;
using ImageService.Core.Identity;

namespace ImageService.Api.Authentication;

/// <summary>Who came, and to which place: what the access middleware established. Handlers take it as a parameter.</summary>
/// <param name="Caller">Who.</param>
/// <param name="Person">The signed-in person behind the caller; null for keys.</param>
/// <param name="Place">The organization, tenant and space the route names, all of them visible to the caller; null where it names none.</param>
internal sealed record Visit(Caller Caller, SignedInUser? Person, Place? Place)
{
    /// <summary>The place of a route under <c>/v1/organizations/{org}</c>.</summary>
    /// <exception cref="InvalidOperationException">The route names no organization: a bug.</exception>
    public Place At => Place ?? throw new InvalidOperationException("The route names no organization.");

    /// <summary>Whether a scope holds at the route's place.</summary>
    public bool May(string scope) => Caller.May(scope, Place?.TenantId, Place?.SpaceId);

    /// <summary>Whether the caller is as mighty as the organization's owner: an owner of the whole of it, or a key with all scopes everywhere in it.</summary>
    public bool OwnsOrganization() => Caller.Owns(tenantId: null, spaceId: null);

    /// <summary>Tenants the caller has business in; null for all of the organization.</summary>
    public Guid[]? VisibleTenants() => Caller.Grants.Any(static grant => grant.TenantId is null)
        ? null
        : [.. Caller.Grants.Select(static grant => grant.TenantId!.Value).Distinct()];

    /// <summary>Tenants as a whole in which a scope holds; null for all of the organization.</summary>
    public Guid[]? TenantsWith(string scope)
    {
        var grants = Caller.Grants.Where(grant => grant.SpaceId is null && grant.Scopes.Contains(scope)).ToArray();
        return grants.Any(static grant => grant.TenantId is null) ? null : [.. grants.Select(static grant => grant.TenantId!.Value).Distinct()];
    }

    /// <summary>Spaces of a tenant the caller has business in; null for all of the tenant.</summary>
    public Guid[]? VisibleSpaces(Guid tenantId)
    {
        var here = Caller.Grants.Where(grant => grant.TenantId is null || grant.TenantId == tenantId).ToArray();
        return here.Any(static grant => grant.SpaceId is null) ? null : [.. here.Select(static grant => grant.SpaceId!.Value)];
    }

    public static ValueTask<Visit?> BindAsync(HttpContext http) => ValueTask.FromResult(http.Features.Get<Visit>());
}

/// <summary>Where a route acts.</summary>
internal sealed record Place
{
    /// <summary>Id of the organization.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>Its slug.</summary>
    public required string Organization { get; init; }

    /// <summary>Null where the route names no tenant.</summary>
    public required Guid? TenantId { get; init; }

    /// <summary>Its slug.</summary>
    public required string? Tenant { get; init; }

    /// <summary>Null where the route names no space.</summary>
    public required Guid? SpaceId { get; init; }

    /// <summary>Its slug.</summary>
    public required string? Space { get; init; }
}

/// <summary>Reading the visit off a request.</summary>
internal static class VisitAccess
{
    /// <summary>Who makes the request.</summary>
    /// <exception cref="InvalidOperationException">The route is open to anybody: a bug.</exception>
    public static Caller Caller(this HttpContext http) =>
        http.Features.Get<Visit>()?.Caller ?? throw new InvalidOperationException("The route states no access requirement.");

    /// <summary>Who makes the request; null on routes open to anybody.</summary>
    public static Caller? CallerOrNone(this HttpContext http) => http.Features.Get<Visit>()?.Caller;

    /// <summary>Address and user agent of the request, for sessions and the audit log.</summary>
    public static ClientFacts Client(this HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        var agent = http.Request.Headers.UserAgent.ToString();
        return new ClientFacts(address, agent.Length switch { 0 => null, > 500 => agent[..500], _ => agent });
    }
}
