using ImageService.Core.Presets;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>Which presets make their variants by themselves for which assets.</summary>
internal sealed class PresetMatches(RegistryFactory registry, PresetCatalog catalog)
{
    /// <summary>The presets in force at the asset's space that ask for variants and match the asset.</summary>
    public async Task<IReadOnlyList<PresetRevision>> ForAssetAsync(AssetPlace place, CancellationToken ct)
    {
        var asset = place.Asset;
        await using var db = registry.ForOrganization(asset.OrganizationId);
        var asking = await db.Presets.AsNoTracking().Where(preset => preset.AutoGenerate)
            .Where(preset => (preset.TenantId == null || preset.TenantId == asset.TenantId) && (preset.SpaceId == null || preset.SpaceId == asset.SpaceId))
            .ToListAsync(ct);
        var matching = asking.Where(preset => Matches(preset, asset)).Select(preset => preset.Id).ToHashSet();
        List<PresetRevision> revisions = [];
        foreach (var slug in asking.Where(preset => matching.Contains(preset.Id)).Select(preset => preset.Slug).Distinct(StringComparer.Ordinal))
        {
            // The nearest preset of this name is the one in force; a farther one that matches is hidden by it.
            if (await catalog.FindAsync(place.Space, slug, ct) is { } revision && matching.Contains(revision.Id))
                revisions.Add(revision);
        }

        return revisions;
    }

    /// <summary>All assets where both lists are empty; else any of the tags, or any of the folders or below one.</summary>
    public static bool Matches(Preset preset, Asset asset)
    {
        if (preset is { MatchTags.Length: 0, MatchFolders.Length: 0 })
            return true;
        return preset.MatchTags.Intersect(asset.Tags, StringComparer.Ordinal).Any() || preset.MatchFolders.Any(folder => Contains(folder, asset.Folder));
    }

    private static bool Contains(string folder, string candidate)
    {
        var root = folder.TrimEnd('/');
        return string.Equals(candidate, root.Length == 0 ? "/" : root, StringComparison.Ordinal) || candidate.StartsWith(root + "/", StringComparison.Ordinal);
    }
}
