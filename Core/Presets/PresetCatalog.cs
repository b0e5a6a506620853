using System.Diagnostics.CodeAnalysis;
using ImageService.Core.Facts;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Presets;

/// <summary>The presets a space can use, from memory while nothing changed: its own, then the tenant's, then the organization's; nearest wins.</summary>
public sealed class PresetCatalog(RegistryFactory registry, FactsCache facts)
{
    /// <summary>The preset of that name in force at the space; null where there is none.</summary>
    public async ValueTask<PresetRevision?> FindAsync(SpaceScope space, string slug, CancellationToken ct) =>
        (await LoadAsync(space, ct)).GetValueOrDefault(slug);

    /// <summary>Every preset in force at the space, by slug.</summary>
    public async ValueTask<IReadOnlyList<PresetRevision>> ListEffectiveAsync(SpaceScope space, CancellationToken ct) => InOrder(await LoadAsync(space, ct));

    /// <summary>
    /// Every preset in force at each of several spaces of one organization, by the space's id; what memory does not hold is read at once for all of them.
    /// </summary>
    public async ValueTask<IReadOnlyDictionary<Guid, IReadOnlyList<PresetRevision>>> ListEffectiveAsync(IReadOnlyCollection<SpaceScope> spaces,
        CancellationToken ct)
    {
        Dictionary<Guid, IReadOnlyList<PresetRevision>> presets = [];
        List<SpaceScope> unknown = [];
        foreach (var space in spaces)
        {
            if (TryGet(space, out var known))
                presets[space.SpaceId] = InOrder(known);
            else
                unknown.Add(space);
        }

        if (unknown is [var single])
            presets[single.SpaceId] = await ListEffectiveAsync(single, ct);
        else if (unknown.Count > 0)
        {
            var rows = await ReadAsync(registry, unknown, ct);
            foreach (var space in unknown)
                presets[space.SpaceId] = InOrder(InForce(rows, space));
        }

        return presets;
    }

    /// <summary>The preset of that name from memory alone; false where it is not there or somebody would have to be asked.</summary>
    public bool TryFind(SpaceScope space, string slug, [NotNullWhen(true)] out PresetRevision? preset)
    {
        preset = null;
        return TryGet(space, out var known) && known.TryGetValue(slug, out preset);
    }

    private bool TryGet(SpaceScope space, [NotNullWhen(true)] out Dictionary<string, PresetRevision>? known) =>
        facts.TryGet(FactScope.Of(space.OrganizationId), Key(space, stackalloc char[64]), out known, StaleFacts.Allow) && known is not null;

    private ValueTask<Dictionary<string, PresetRevision>> LoadAsync(SpaceScope space, CancellationToken ct) =>
        TryGet(space, out var known)
            ? new ValueTask<Dictionary<string, PresetRevision>>(known)
            : facts.GetOrLoadAsync(
                FactScope.Of(space.OrganizationId),
                Key(space, stackalloc char[64]).ToString(),
                (registry, space),
                static async (asked, ct) => InForce(await ReadAsync(asked.registry, [asked.space], ct), asked.space),
                StaleFacts.Allow,
                ct);

    private static ReadOnlySpan<char> Key(SpaceScope space, Span<char> buffer)
    {
        buffer.TryWrite($"presets:{space.SpaceId}", out var length);
        return buffer[..length];
    }

    /// <summary>The presets of the spaces and of the levels above them; the spaces are of one organization.</summary>
    private static async Task<List<PresetRow>> ReadAsync(RegistryFactory registry, List<SpaceScope> spaces, CancellationToken ct)
    {
        var organization = spaces[0].OrganizationId;
        Guid?[] tenantIds = [.. spaces.Select(space => space.TenantId).Distinct()];
        Guid?[] spaceIds = [.. spaces.Select(space => space.SpaceId)];
        await using var db = registry.ForOrganization(organization);
        return await (
            from p in db.Presets.AsNoTracking()
            join r in db.PresetRevisions on new { p.Id, Number = p.CurrentRevision } equals new { Id = r.PresetId, Number = r.Revision }
            where p.OrganizationId == organization && (p.TenantId == null || tenantIds.Contains(p.TenantId))
                && (p.SpaceId == null || spaceIds.Contains(p.SpaceId))
            select new PresetRow(p, r.Revision, r.Operations)).ToListAsync(ct);
    }

    private static Dictionary<string, PresetRevision> InForce(IEnumerable<PresetRow> rows, SpaceScope space)
    {
        var presets = new Dictionary<string, PresetRevision>(StringComparer.Ordinal);
        var own =
            rows.Where(row =>
                (row.Preset.TenantId is null || row.Preset.TenantId == space.TenantId) && (row.Preset.SpaceId is null || row.Preset.SpaceId == space.SpaceId));
        foreach (var (row, revision, text) in own.OrderBy(row => row.Preset.SpaceId is not null ? 2 : row.Preset.TenantId is not null ? 1 : 0))
        {
            // What was accepted when it was saved; a grammar that no longer reads it has no such preset.
            if (!OperationsParser.Parse(text).TryGet(out var operations, out _))
                continue;
            presets[row.Slug] = new PresetRevision(row.Id, row.Slug, revision, operations)
            {
                Name = row.Name,
                Level = row.SpaceId is not null ? PolicyLevel.Space : row.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization,
                UpdatedAt = row.UpdatedAt,
            };
        }

        return presets;
    }

    private static IReadOnlyList<PresetRevision> InOrder(Dictionary<string, PresetRevision> presets) =>
        [.. presets.Values.OrderBy(preset => preset.Slug, StringComparer.Ordinal)];

    private sealed record PresetRow(Preset Preset, int Revision, string Operations);
}

/// <summary>A preset in the revision in force.</summary>
/// <param name="Revision">Counts from 1.</param>
/// <param name="Operations">Parsed; names no preset itself.</param>
public sealed record PresetRevision(Guid Id, string Slug, int Revision, ImageOperations Operations)
{
    public required string Name { get; init; }

    /// <summary>The level it was found at.</summary>
    public required PolicyLevel Level { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
