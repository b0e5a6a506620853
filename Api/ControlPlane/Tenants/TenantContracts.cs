using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Tenants;

/// <summary>A new tenant.</summary>
/// <param name="Slug">Its name in URLs; cannot be changed.</param>
/// <param name="Name">Its name for people.</param>
internal sealed record CreateTenantRequest(string? Slug, string? Name);

/// <summary>Changes to a tenant; what is left out stays.</summary>
internal sealed record UpdateTenantRequest(string? Name);

/// <summary>A tenant.</summary>
internal sealed record TenantResponse(Guid Id, string Slug, string Name, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static TenantResponse Of(Tenant tenant) => new(tenant.Id, tenant.Slug, tenant.Name, tenant.CreatedAt, tenant.UpdatedAt);
}
