using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Tenants;

/// <summary>A new tenant.</summary>
/// <param name="Slug">Its name in URLs; cannot be changed.</param>
/// <param name="Name">Its name for people.</param>
internal sealed record CreateTenantRequest(string? Slug, string? Name);

/// <summary>Changes to a tenant; what is left out stays.</summary>
internal sealed record UpdateTenantRequest(string? Name);

/// <summary>A tenant.</summary>
internal sealed record TenantResponse
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static TenantResponse Of(Tenant tenant) => new()
    {
        Id = tenant.Id,
        Slug = tenant.Slug,
        Name = tenant.Name,
        CreatedAt = tenant.CreatedAt,
        UpdatedAt = tenant.UpdatedAt,
    };
}
