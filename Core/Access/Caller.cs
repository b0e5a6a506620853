using System.Net;
using ImageService.Core.Registry;

namespace ImageService.Core.Access;

/// <summary>Who makes a request, and what that credential may do where.</summary>
public sealed record Caller
{
    /// <summary>Kind of actor.</summary>
    public required ActorType Type { get; init; }

    /// <summary>The API key's or the user's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The key's name or the user's e-mail, for the audit log.</summary>
    public required string Name { get; init; }

    /// <summary>The organization the credential belongs to; null for the platform key.</summary>
    public required Guid? OrganizationId { get; init; }

    /// <summary>Set where the credential is bound to one tenant as a whole.</summary>
    public required Guid? TenantId { get; init; }

    /// <summary>Set where the credential is bound to one space as a whole.</summary>
    public required Guid? SpaceId { get; init; }

    /// <summary>Every scope the credential has at some place. Ask <see cref="May"/> for a place.</summary>
    public required IReadOnlySet<string> Scopes { get; init; }

    /// <summary>Whether this is the operator's key, which creates organizations and nothing else.</summary>
    public required bool IsPlatform { get; init; }

    /// <summary>Where which scopes hold. A key has one grant; a person may have roles at several places.</summary>
    public required IReadOnlyList<Grant> Grants { get; init; }

    /// <summary>What else an API key is limited by; null for people and the platform.</summary>
    public KeyLimits? Limits { get; init; }

    /// <summary>Whether the caller is an owner of a place: by role, or as a key that has every scope there.</summary>
    public bool Owns(Guid? tenantId, Guid? spaceId) => Grants.Any(grant =>
        grant.Covers(tenantId, spaceId) && (grant.Role is { } role ? role is Role.Owner : grant.Scopes.IsSupersetOf(Access.Scopes.All)));

    /// <summary>
    /// Whether the scope holds at a place: the organization (both null), a tenant, or a space of a tenant. Organizations are compared by the route.
    /// </summary>
    public bool May(string scope, Guid? tenantId, Guid? spaceId)
    {
        foreach (var grant in Grants)
        {
            if (grant.Covers(tenantId, spaceId) && grant.Scopes.Contains(scope))
                return true;
        }

        return false;
    }

    /// <summary>Whether the caller has any business at a place: a grant at it, above it or below it. If not, the place does not exist for the caller.</summary>
    public bool Sees(Guid? tenantId, Guid? spaceId)
    {
        foreach (var grant in Grants)
        {
            if (grant.Touches(tenantId, spaceId))
                return true;
        }

        return false;
    }
}

/// <summary>Limits of an API key in time and place. What it makes keeps within them.</summary>
/// <param name="ExpiresAt">When it ends; null: never.</param>
/// <param name="Networks">From where it may be used; empty: from anywhere.</param>
public sealed record KeyLimits(DateTimeOffset? ExpiresAt, IReadOnlyList<IPNetwork> Networks)
{
    /// <summary>Whether a key with those limits could do nothing later or from elsewhere that one with these could not.</summary>
    public bool Cover(KeyLimits other) =>
        (ExpiresAt is null || other.ExpiresAt <= ExpiresAt)
        && (Networks.Count == 0 || (other.Networks.Count > 0 && other.Networks.All(inner => Networks.Any(outer => AddressRange.Covers(outer, inner)))));
}

/// <summary>Scopes that hold at an organization (both ids null), a tenant or a space, and everywhere below.</summary>
/// <param name="TenantId">Null at organization level.</param>
/// <param name="SpaceId">Null at organization and tenant level.</param>
/// <param name="Scopes">What may be done there.</param>
public sealed record Grant(Guid? TenantId, Guid? SpaceId, IReadOnlySet<string> Scopes)
{
    /// <summary>The role the grant comes from; null for an API key.</summary>
    public Role? Role { get; init; }

    /// <summary>Whether the place is at or below this grant.</summary>
    public bool Covers(Guid? tenantId, Guid? spaceId) =>
        (TenantId is null || TenantId == tenantId) && (SpaceId is null || SpaceId == spaceId);

    /// <summary>Whether the place is at, below or above this grant.</summary>
    public bool Touches(Guid? tenantId, Guid? spaceId) =>
        (TenantId is null || tenantId is null || TenantId == tenantId) && (SpaceId is null || spaceId is null || SpaceId == spaceId);
}
