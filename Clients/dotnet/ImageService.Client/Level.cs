namespace ImageService.Client;

/// <summary>An organization, one of its tenants, or one of its spaces.</summary>
/// <param name="Organization">Slug.</param>
/// <param name="Tenant">Slug; null: the organization itself.</param>
/// <param name="Space">Slug; null: the tenant itself.</param>
public sealed record Level(string Organization, string? Tenant = null, string? Space = null)
{
    internal string Path
    {
        get
        {
            if (Tenant is null && Space is not null)
                throw new InvalidOperationException("A space is one of a tenant: name the tenant too.");
            return "/v1/organizations/" + Uri.EscapeDataString(Organization)
                + (Tenant is null ? "" : $"/tenants/{Uri.EscapeDataString(Tenant)}")
                + (Space is null ? "" : $"/spaces/{Uri.EscapeDataString(Space)}");
        }
    }
}
