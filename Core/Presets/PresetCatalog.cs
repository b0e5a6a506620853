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
    public async ValueTask<IReadOnlyList<PresetRevision>> ListEffectiveAsync(SpaceScope space, CancellationToken ct) =>
        [.. (await LoadAsync(space, ct)).Values.OrderBy(preset => preset.Slug, StringComparer.Ordinal)];

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
                static (asked, ct) => ReadAsync(asked.registry, asked.space, ct),
                StaleFacts.Allow,
                ct);

    private static ReadOnlySpan<char> Key(SpaceScope space, Span<char> buffer)
    {
        buffer.TryWrite($"presets:{space.SpaceId}", out var length);
        return buffer[..length];
    }

    private static async Task<Dictionary<string, PresetRevision>> ReadAsync(RegistryFactory registry, SpaceScope space, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(space.OrganizationId);
        var rows = await (
            from p in db.Presets
            join r in db.PresetRevisions on new { p.Id, Number = p.CurrentRevision } equals new { Id = r.PresetId, Number = r.Revision }
            where p.OrganizationId == space.OrganizationId
                && (p.TenantId == null || p.TenantId == space.TenantId)
                && (p.SpaceId == null || p.SpaceId == space.SpaceId)
            select new { p.Id, p.Slug, p.Name, p.SpaceId, p.TenantId, r.Revision, r.Operations, p.AutoGenerate, p.MatchTags, p.MatchFolders, p.UpdatedAt })
            .AsNoTracking().ToListAsync(ct);
        var presets = new Dictionary<string, PresetRevision>(StringComparer.Ordinal);
        foreach (var row in rows.OrderBy(row => row.SpaceId is not null ? 2 : row.TenantId is not null ? 1 : 0))
        {
            // What was accepted when it was saved; a grammar that no longer reads it has no such preset.
            if (!OperationsParser.Parse(row.Operations).TryGet(out var operations, out _))
                continue;
            presets[row.Slug] = new PresetRevision(row.Id, row.Slug, row.Revision, operations)
            {
                Name = row.Name,
                Level = row.SpaceId is not null ? PolicyLevel.Space : row.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization,
                AutoGenerate = row.AutoGenerate,
                MatchTags = row.MatchTags,
                MatchFolders = row.MatchFolders,
                UpdatedAt = row.UpdatedAt,
            };
        }

        return presets;
    }
}

/// <summary>A preset in the revision in force.</summary>
/// <param name="Revision">Counts from 1; part of what a variant is made of.</param>
/// <param name="Operations">Parsed; names no preset itself.</param>
public sealed record PresetRevision(Guid Id, string Slug, int Revision, ImageOperations Operations)
{
    public required string Name { get; init; }

    /// <summary>The level it was found at.</summary>
    public required PolicyLevel Level { get; init; }

    /// <summary>Whether matching assets get the variant after upload.</summary>
    public bool AutoGenerate { get; init; }

    /// <summary>Empty means any.</summary>
    public IReadOnlyList<string> MatchTags { get; init; } = [];

    /// <summary>Empty means any; a folder matches itself and everything below.</summary>
    public IReadOnlyList<string> MatchFolders { get; init; } = [];

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Whether an asset is one this preset is made for: all where both lists are empty; else any tag, or any folder or below it.</summary>
    public bool Matches(string folder, IReadOnlyCollection<string> tags) =>
        (MatchTags.Count == 0 && MatchFolders.Count == 0)
        || MatchTags.Any(tag => tags.Contains(tag, StringComparer.Ordinal))
        || MatchFolders.Any(match => match == "/" || folder == match || (folder.StartsWith(match, StringComparison.Ordinal) && folder[match.Length] == '/'));
}
