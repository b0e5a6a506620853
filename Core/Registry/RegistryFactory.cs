using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Registry;

/// <summary>Makes units of work bound to one organization, or to the system for the few questions asked before an organization is known.</summary>
public sealed class RegistryFactory(DbContextOptions<RegistryDb> options, IOptions<MessageDestination>? messages = null)
{
    private readonly bool _usesOutbox = messages?.Value.IsOutbox ?? false;

    /// <summary>Sees and writes only rows of this organization.</summary>
    public RegistryDb ForOrganization(Guid organizationId) => new(options) { OrganizationId = organizationId, UsesOutbox = _usesOutbox };

    /// <summary>Sees every row. Only for finding an organization by slug, a key by id or a session by token, and for the worker's sweeps.</summary>
    public RegistryDb ForSystem() => new(options) { IsSystem = true, UsesOutbox = _usesOutbox };
}
