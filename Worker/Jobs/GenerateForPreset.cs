using Hangfire;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Makes a new preset's (or revision's) variants for assets already there, a page per run: the next page is a job of its own, so that a restart
/// continues where it was and uploads get their turn in between.
/// </summary>
[AutomaticRetry(Attempts = 5)]
internal sealed class GenerateForPreset(RegistryFactory registry, AssetPlaces places, PresetMatches presets, GeneratePresetVariants variants, IBackgroundJobClient jobs)
{
    private const int Page = 100;

    [Queue(JobQueues.Images)]
    public async Task RunAsync(Guid organizationId, Guid presetId, Guid afterAssetId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        if (await db.Presets.AsNoTracking().SingleOrDefaultAsync(row => row.Id == presetId && row.AutoGenerate, ct) is not { } preset) return;
        var page = await db.Assets.AsNoTracking()
            .Where(asset => asset.Id > afterAssetId && asset.DeletedAt == null)
            .Where(asset => (preset.TenantId == null || asset.TenantId == preset.TenantId) && (preset.SpaceId == null || asset.SpaceId == preset.SpaceId))
            .OrderBy(asset => asset.Id).Take(Page).ToListAsync(ct);
        foreach (var asset in page.Where(asset => PresetMatches.Matches(preset, asset)))
        {
            if (await places.FindAsync(organizationId, asset.Id, ct) is not { } place) continue;
            if (await FindAsync(place, presetId, ct) is { } revision) await variants.MakeAsync(place, revision, ct);
        }

        if (page.Count < Page) return;
        var last = page[^1].Id;
        jobs.Enqueue<GenerateForPreset>(job => job.RunAsync(organizationId, presetId, last, CancellationToken.None));
    }

    private async Task<PresetRevision?> FindAsync(AssetPlace place, Guid presetId, CancellationToken ct) =>
        (await presets.ForAssetAsync(place, ct)).FirstOrDefault(revision => revision.Id == presetId);
}
