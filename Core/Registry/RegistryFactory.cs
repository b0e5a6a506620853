using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Registry;

/// <summary>Makes units of work bound to one organization, or to the system for the few questions asked before an organization is known.</summary>
public sealed class RegistryFactory(
    DbContextOptions<RegistryDb> options, IOptions<MessageDestination>? messages = null, RegistryStandby? standby = null)
{
    private readonly bool _usesOutbox = messages?.Value.IsOutbox ?? false;

    /// <summary>Sees and writes only rows of this organization.</summary>
    public RegistryDb ForOrganization(Guid organizationId) => new(options) { OrganizationId = organizationId, UsesOutbox = _usesOutbox };

    /// <summary>
    /// Reads a report that nobody minds to be up to a minute old: from the standby where there is one that answers, else from the primary. Never for what the
    /// caller may just have written and goes on to use.
    /// </summary>
    /// <param name="organizationId">Whose rows are seen.</param>
    /// <param name="read">Reads, and may be called twice: on the standby, and on the primary where that failed.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<T> ReportAsync<T>(Guid organizationId, Func<RegistryDb, Task<T>> read, CancellationToken ct)
        where T : class
    {
        if (standby is not null && await standby.TryReadAsync(organizationId, read, ct) is { } report)
            return report;
        await using var db = ForOrganization(organizationId);
        return await read(db);
    }

    /// <summary>Sees every row. Only for finding an organization by slug, a key by id or a session by token, and for the worker's sweeps.</summary>
    public RegistryDb ForSystem() => new(options) { IsSystem = true, UsesOutbox = _usesOutbox };
}
