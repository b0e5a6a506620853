using Hangfire;
using ImageService.Core.Operations;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Makes the variants of an asset's current version that its presets ask for. What exists is found, so running twice costs little and changes nothing.
/// </summary>
[AutomaticRetry(Attempts = 5)]
internal sealed class GeneratePresetVariants(
    AssetDirectory assets, PresetMatches presets, VariantProvider variants, ILogger<GeneratePresetVariants> log)
{
    [Queue(JobQueues.Images)]
    public async Task RunAsync(Guid organizationId, Guid assetId, CancellationToken ct)
    {
        if (await assets.FindPlaceAsync(organizationId, assetId, ct) is not { } place)
            return;
        foreach (var preset in await presets.ForAssetAsync(place, ct)) await MakeAsync(place, preset, ct);
    }

    /// <summary>The same for presets that leave neither format nor quality open: they need not wait until the version is measured.</summary>
    [Queue(JobQueues.Images)]
    public async Task RunUnmeasuredAsync(Guid organizationId, Guid assetId, CancellationToken ct)
    {
        if (await assets.FindPlaceAsync(organizationId, assetId, ct) is not { } place)
            return;
        foreach (var preset in await presets.ForAssetAsync(place, ct))
        {
            if (preset.Operations is not ({ Format.IsAuto: true } or { Quality.IsAuto: true }))
                await MakeAsync(place, preset, ct);
        }
    }

    /// <summary>Makes one preset's variants of one asset: one, or one for each format that <c>fmt_auto</c> may choose.</summary>
    /// <exception cref="VariantHasToWaitException">One of them cannot be made at the moment.</exception>
    public async Task<VariantsOutcome> MakeAsync(AssetPlace place, PresetRevision preset, CancellationToken ct)
    {
        var (made, refused) = (0, 0);
        var extension = DefaultExtension.For(place.OriginalFormat, place.HasAlpha);
        foreach (var accept in Accepts(preset.Operations))
        {
            var request = new VariantRequest
            {
                Space = place.Space,
                AssetId = new AssetId(place.Asset.Id),
                Version = place.Asset.CurrentVersion,
                Operations = new ImageOperations { Preset = preset.Slug },
                Extension = extension,
                Accept = accept,
                IsOwn = true,
            };
            var result = await variants.EnsureAsync(request, ct);
            if (result.TryGet(out var wasMade, out var error))
            {
                made += wasMade ? 1 : 0;
                continue;
            }

            if (error.RetryAfter is not null)
                throw new VariantHasToWaitException($"Preset '{preset.Slug}' of asset {place.Asset.Id} has to wait: {error.Detail}");
            refused++;
            Log.PresetVariantRefused(log, preset.Slug, place.Asset.Id, error.Code.ToString(), error.Detail);
        }

        return new VariantsOutcome(made, refused);
    }

    private static string?[] Accepts(ImageOperations operations) =>
        operations.Format is { IsAuto: true } ? [null, "image/webp", "image/avif,image/webp", "image/jxl,image/avif,image/webp"] : [null];
}

/// <summary>What became of one preset's variants of one asset.</summary>
/// <param name="Made">Made now; the others were there.</param>
/// <param name="Refused">Cannot be made.</param>
internal readonly record struct VariantsOutcome(int Made, int Refused);
