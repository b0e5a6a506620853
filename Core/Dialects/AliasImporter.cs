using ImageService.Core.Facts;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace ImageService.Core.Dialects;

/// <summary>
/// Writes many old names of a space's assets at once. A name that is there already leads to the new asset afterwards; writing the same list again changes
/// nothing.
/// </summary>
public sealed class AliasImporter(RegistryFactory registry, FactsCache facts, AuditLog audit, TimeProvider time)
{
    private const int Batch = 5_000;

    private const string Upsert =
        """
        INSERT INTO aliases (id, organization_id, tenant_id, space_id, hostname, path, asset_id, created_at)
        SELECT n.id, @organization, @tenant, @space, n.hostname, n.path, n.asset, @now
        FROM unnest(@ids, @hostnames, @paths, @assets) AS n(id, hostname, path, asset)
        JOIN assets a ON a.id = n.asset AND a.organization_id = @organization AND a.space_id = @space AND a.deleted_at IS NULL
        ON CONFLICT (space_id, hostname, path) DO UPDATE SET asset_id = excluded.asset_id
        RETURNING hostname, path
        """;

    /// <summary>Writes the names in one transaction.</summary>
    /// <returns>Lines whose asset is not in the space.</returns>
    public async Task<IReadOnlyList<int>> WriteAsync(Guid organizationId, Guid tenantId, Guid spaceId, IReadOnlyList<NewAlias> aliases, CancellationToken ct)
    {
        // Of one name said twice the last counts, as it would one after the other.
        var last = aliases.GroupBy(static alias => (alias.Hostname, alias.Path)).Select(static group => group.Last()).ToList();
        var written = new HashSet<(string, string)>();
        await using var db = registry.ForOrganization(organizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var batch in last.Chunk(Batch))
            await WriteAsync(db, organizationId, tenantId, spaceId, batch, written, ct);
        if (written.Count == 0)
            return [.. aliases.Select(static alias => alias.Line)];
        var hostnames = last.Select(static alias => alias.Hostname).Distinct(StringComparer.Ordinal).ToArray();
        audit.Add(db, organizationId, "aliases.written", "host", string.Join(' ', hostnames.Take(3)),
            after: new { space = spaceId, hostnames = hostnames.Take(20), count = written.Count });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        foreach (var hostname in hostnames)
            facts.Forget(FactScope.Host(hostname));
        return [.. aliases.Where(alias => !written.Contains((alias.Hostname, alias.Path))).Select(static alias => alias.Line)];
    }

    private async Task WriteAsync(
        RegistryDb db, Guid organizationId, Guid tenantId, Guid spaceId, NewAlias[] batch, HashSet<(string, string)> written, CancellationToken ct)
    {
        await using var command = (NpgsqlCommand)db.Database.GetDbConnection().CreateCommand();
        command.CommandText = Upsert;
        command.Parameters.AddWithValue("organization", organizationId);
        command.Parameters.AddWithValue("tenant", tenantId);
        command.Parameters.AddWithValue("space", spaceId);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        command.Parameters.AddWithValue("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid, batch.Select(static _ => Guid.CreateVersion7()).ToArray());
        command.Parameters.AddWithValue("hostnames", NpgsqlDbType.Array | NpgsqlDbType.Text, batch.Select(static alias => alias.Hostname).ToArray());
        command.Parameters.AddWithValue("paths", NpgsqlDbType.Array | NpgsqlDbType.Text, batch.Select(static alias => alias.Path).ToArray());
        command.Parameters.AddWithValue("assets", NpgsqlDbType.Array | NpgsqlDbType.Uuid, batch.Select(static alias => alias.Asset.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            written.Add((reader.GetString(0), reader.GetString(1)));
    }
}

/// <summary>An old name to be written.</summary>
/// <param name="Line">Where it stood, from 1.</param>
/// <param name="Hostname">Lower case.</param>
/// <param name="Path">Decoded once, without its leading slash.</param>
/// <param name="Asset">What it names.</param>
public sealed record NewAlias(int Line, string Hostname, string Path, AssetId Asset);
