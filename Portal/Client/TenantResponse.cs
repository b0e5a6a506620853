namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record TenantResponse(Guid Id, string Slug, string Name);

public sealed record SpaceResponse(Guid Id, string Slug, string Name, string Tenant, string? DefaultAccess);

public sealed record PresetResponse(Guid Id, string Slug, string Name, string? Description, string Operations, int Revision);
