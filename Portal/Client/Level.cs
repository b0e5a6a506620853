namespace ImageService.Portal.Client;

/// <summary>An organization, one of its tenants, or one of a tenant's spaces: what policies, presets and keys belong to.</summary>
/// <param name="Organization">Slug.</param>
/// <param name="Tenant">Slug; null for the organization itself.</param>
/// <param name="Space">Slug; null for the organization or tenant itself.</param>
public sealed record Level(string Organization, string? Tenant = null, string? Space = null)
{
    /// <summary><c>organization</c>, <c>tenant</c> or <c>space</c>, as the Api names levels.</summary>
    public string Kind => Space is not null ? "space" : Tenant is not null ? "tenant" : "organization";

    /// <summary>The level's own slug.</summary>
    public string Slug => Space ?? Tenant ?? Organization;

    /// <summary>Path of the level at the Api.</summary>
    public string ApiPath =>
        $"/v1/organizations/{Uri.EscapeDataString(Organization)}"
        + (Tenant is null ? "" : $"/tenants/{Uri.EscapeDataString(Tenant)}")
        + (Space is null ? "" : $"/spaces/{Uri.EscapeDataString(Space)}");

    /// <summary>Address of the level's page here.</summary>
    public string Address => $"/o/{Organization}" + (Tenant is null ? "" : $"/{Tenant}") + (Space is null ? "" : $"/{Space}");

    /// <summary>From the organization down to this level.</summary>
    public IReadOnlyList<Level> Above =>
        Space is not null ? [new(Organization), new(Organization, Tenant), this] : Tenant is not null ? [new(Organization), this] : [this];
}
