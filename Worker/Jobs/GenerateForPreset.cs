using Hangfire;
using ImageService.Core.Presets;
using ImageService.Core.Tenancy;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Makes a new preset's (or revision's) variants for assets already there, a page per run: the next page is a job of its own, so uploads get their turn in
/// between. Where it stands is in the registry, so a run that was killed is taken up at the asset it was at.
/// </summary>
[AutomaticRetry(Attempts = 10)]
internal sealed class GenerateForPreset(
    PresetGenerations generations, AssetDirectory assets, PresetMatches presets, GeneratePresetVariants variants, IBackgroundJobClient jobs)
{
    private const int Page = 100;

    [Queue(JobQueues.Images)]
    public async Task RunAsync(Guid organizationId, Guid generationId, CancellationToken ct)
    {
        if (await generations.NextAsync(organizationId, generationId, Page, ct) is not { } page) return;
        foreach (var assetId in page.AssetIds)
        {
            var outcome = await MakeAsync(organizationId, assetId, page.PresetId, ct);
            if (!await generations.AdvanceAsync(organizationId, generationId, assetId, outcome.Made, outcome.Refused, ct)) return;
        }

        if (page.AssetIds.Count < Page) await generations.FinishAsync(organizationId, generationId, ct);
        else jobs.Enqueue<GenerateForPreset>(job => job.RunAsync(organizationId, generationId, CancellationToken.None));
    }

    private async Task<VariantsOutcome> MakeAsync(Guid organizationId, Guid assetId, Guid presetId, CancellationToken ct)
    {
        // Deleted meanwhile, or a nearer preset of this name is in force.
        if (await assets.FindPlaceAsync(organizationId, assetId, ct) is not { } place) return default;
        if ((await presets.ForAssetAsync(place, ct)).FirstOrDefault(revision => revision.Id == presetId) is not { } revision) return default;
        return await variants.MakeAsync(place, revision, ct);
    }
}
