using Hangfire;
using Hangfire.Server;
using ImageService.Core.Presets;
using ImageService.Core.Tenancy;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Makes a new preset's (or revision's) variants for assets already there, a page per run: the next page is a job of its own, so uploads get their turn in
/// between. Where it stands is in the registry, so a run that was killed is taken up at the asset it was at. An asset that still has to wait at the last
/// attempt counts as refused: one lost original does not keep all others from their variants.
/// </summary>
[AutomaticRetry(Attempts = Retries, DelaysInSeconds = [10, 20, 40, 60, 120, 240])]
internal sealed class GenerateForPreset(
    PresetGenerations generations, AssetDirectory assets, PresetMatches presets, GeneratePresetVariants variants, IBackgroundJobClient jobs)
{
    private const int Retries = 6;

    private const int Page = 100;

    /// <summary>Goes on where the plan stands.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="generationId">The plan.</param>
    /// <param name="context">Tells which attempt this is.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="VariantHasToWaitException">An asset's turn has not come; there are attempts left.</exception>
    [Queue(JobQueues.Images)]
    public async Task RunAsync(Guid organizationId, Guid generationId, PerformContext? context, CancellationToken ct)
    {
        if (await generations.NextAsync(organizationId, generationId, Page, ct) is not { } page)
            return;
        var isLast = context.IsLast(Retries);
        foreach (var assetId in page.AssetIds)
        {
            VariantsOutcome? outcome;
            try
            {
                outcome = await MakeAsync(organizationId, assetId, page.PresetId, ct);
            }
            catch (VariantHasToWaitException) when (isLast)
            {
                outcome = null;
            }

            if (!await generations.AdvanceAsync(organizationId, generationId, assetId, outcome?.Made ?? 0, outcome?.Refused ?? 1, ct))
                return;
            if (outcome is null)
            {
                // The next asset has all its attempts.
                GoOn(organizationId, generationId);
                return;
            }
        }

        if (page.AssetIds.Count < Page)
            await generations.FinishAsync(organizationId, generationId, ct);
        else GoOn(organizationId, generationId);
    }

    private void GoOn(Guid organizationId, Guid generationId) =>
        jobs.Enqueue<GenerateForPreset>(job => job.RunAsync(organizationId, generationId, null, CancellationToken.None));

    private async Task<VariantsOutcome> MakeAsync(Guid organizationId, Guid assetId, Guid presetId, CancellationToken ct)
    {
        // Deleted meanwhile, or a nearer preset of this name is in force.
        if (await assets.FindPlaceAsync(organizationId, assetId, ct) is not { } place)
            return default;
        if ((await presets.ForAssetAsync(place, ct)).FirstOrDefault(revision => revision.Id == presetId) is not { } revision)
            return default;
        return await variants.MakeAsync(place, revision, ct);
    }
}
