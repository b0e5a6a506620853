using ImageService.Portal.Client;

namespace ImageService.Portal.Workspaces;

/// <summary>
/// The signed-in person, what their roles let them do where, and the places they see: read once for a page's circuit, and again after something of it was
/// changed here.
/// Pages draw only what the roles allow; the Api judges every request all the same.
/// </summary>
internal sealed class Workspace(ImageServiceClient client)
{
    private readonly Dictionary<string, IReadOnlyList<TenantPlaces>> _places = new(StringComparer.Ordinal);

    private IReadOnlyList<string> _listed = [];

    /// <summary>Something of it was read anew.</summary>
    public event EventHandler? Changed;

    /// <summary>Null until loaded.</summary>
    public PersonResponse? Person { get; private set; }

    /// <summary>Organizations by slug, with their names.</summary>
    public IReadOnlyDictionary<string, string> Organizations => Person?.Memberships.DistinctBy(static membership => membership.Organization)
        .ToDictionary(static membership => membership.Organization, static membership => membership.OrganizationName, StringComparer.Ordinal) ?? [];

    /// <returns>Null, or why it could not be read.</returns>
    public async Task<ApiProblem?> LoadAsync(CancellationToken ct)
    {
        var me = await client.GetMeAsync(ct);
        if (!me.IsSuccess)
            return me.Problem;
        Person = me.Value;
        Changed?.Invoke(this, EventArgs.Empty);
        return null;
    }

    /// <summary>Whether a scope holds at a place: by a role there or above it.</summary>
    public bool May(string scope, Level at) => Person?.Memberships.Any(membership =>
        membership.Organization == at.Organization
        && (membership.Tenant is null || membership.Tenant == at.Tenant)
        && (membership.Space is null || membership.Space == at.Space)
        && membership.Scopes.Contains(scope, StringComparer.Ordinal)) ?? false;

    /// <summary>Whether a scope holds at a place or somewhere below it.</summary>
    public bool MaySomewhere(string scope, Level at) => Person?.Memberships.Any(membership =>
        membership.Organization == at.Organization
        && (membership.Tenant is null || at.Tenant is null || membership.Tenant == at.Tenant)
        && (membership.Space is null || at.Space is null || membership.Space == at.Space)
        && membership.Scopes.Contains(scope, StringComparer.Ordinal)) ?? false;

    /// <summary>Whether the person owns the organization: only owners make and unmake owners.</summary>
    public bool Owns(string organization) => Person?.Memberships.Any(membership =>
        membership.Organization == organization && membership is { Tenant: null, Space: null, Role: "owner" }) ?? false;

    /// <summary>Tenants of an organization with their spaces, as far as the person sees them.</summary>
    public async Task<ApiAnswer<IReadOnlyList<TenantPlaces>>> PlacesAsync(string organization, CancellationToken ct)
    {
        if (_places.TryGetValue(organization, out var known))
            return new ApiAnswer<IReadOnlyList<TenantPlaces>>(known, null);
        var tenants = await client.ListTenantsAsync(organization, ct);
        if (!tenants.IsSuccess)
            return new ApiAnswer<IReadOnlyList<TenantPlaces>>(null, tenants.Problem);
        var spaces = await Task.WhenAll(tenants.Value.Select(tenant => client.ListSpacesAsync(organization, tenant.Slug, ct)));
        if (Array.Find(spaces, static answer => !answer.IsSuccess).Problem is { } problem)
            return new ApiAnswer<IReadOnlyList<TenantPlaces>>(null, problem);
        IReadOnlyList<TenantPlaces> places = [.. tenants.Value.Zip(spaces, static (tenant, answer) => new TenantPlaces(tenant, answer.Value!))];
        _places[organization] = places;
        Changed?.Invoke(this, EventArgs.Empty);
        return new ApiAnswer<IReadOnlyList<TenantPlaces>>(places, null);
    }

    /// <summary>The name of a place for people; its slug while that is not known.</summary>
    public string NameOf(Level at)
    {
        if (at.Tenant is null)
            return Organizations.GetValueOrDefault(at.Organization, at.Organization);
        var tenant = _places.GetValueOrDefault(at.Organization)?.FirstOrDefault(places => places.Tenant.Slug == at.Tenant);
        return at.Space is null ? tenant?.Tenant.Name ?? at.Tenant : tenant?.Spaces.FirstOrDefault(space => space.Slug == at.Space)?.Name ?? at.Space;
    }

    /// <summary>Whether a place is there for the person, as far as its organization's places are known.</summary>
    public bool Has(Level at) => at.Tenant is null || !_places.TryGetValue(at.Organization, out var known)
        || known.Any(places => places.Tenant.Slug == at.Tenant && (at.Space is null || places.Spaces.Any(space => space.Slug == at.Space)));

    /// <summary>A tenant or a space with its tenant by their names: <c>Website / Product photos</c>; null for an organization.</summary>
    public string? PathOf(Level at) => at.Tenant is null ? null : at.Space is null ? NameOf(at) : $"{NameOf(at with { Space = null })} / {NameOf(at)}";

    /// <summary>Remembers the assets that a library shows, in its order, so that an image's page can lead to the ones beside it.</summary>
    public void Remember(IReadOnlyList<string> ids) => _listed = ids;

    /// <summary>Ids of the assets before and after one in the list last shown; null where there is none.</summary>
    public (string? Before, string? After) Neighbours(string id)
    {
        var place = _listed.TakeWhile(listed => !string.Equals(listed, id, StringComparison.OrdinalIgnoreCase)).Count();
        return place == _listed.Count ? (null, null) : (_listed.ElementAtOrDefault(place - 1), _listed.ElementAtOrDefault(place + 1));
    }

    /// <summary>Forgets the places of an organization after one was made, renamed or deleted.</summary>
    public void Forget(string organization)
    {
        _places.Remove(organization);
        Changed?.Invoke(this, EventArgs.Empty);
    }
}

/// <summary>A tenant and those of its spaces that the person sees.</summary>
public sealed record TenantPlaces(TenantResponse Tenant, IReadOnlyList<SpaceResponse> Spaces);
