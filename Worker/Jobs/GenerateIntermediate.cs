using Hangfire;
using ImageService.Core.Engine;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Makes the always-hot intermediate of a new original, by the same path a request takes that finds none, and has it measured, and the presets' variants made
/// from it.
/// </summary>
[AutomaticRetry(Attempts = 5)]
internal sealed class GenerateIntermediate(
    AssetDirectory assets,
    VariantProvider variants,
    SourceReader sources,
    TransformGate gate,
    VariantProduction production,
    IBackgroundJobClient jobs,
    IOptions<WorkerOptions> options,
    ILogger<GenerateIntermediate> log)
{
    // A variant this small always derives from the intermediate where there is to be one.
    private static readonly ImageOperations Small = new() { Width = 16, Height = 16, Fit = Fit.Fill };

    [Queue(JobQueues.Images)]
    public async Task RunAsync(Guid organizationId, Guid assetId, int version, CancellationToken ct)
    {
        if (await assets.FindPlaceAsync(organizationId, assetId, ct) is not { } place)
            return;
        if (await MakeAsync(place, version, ct) is { } error)
        {
            if (error.RetryAfter is not null)
                throw new InvalidOperationException($"The intermediate of asset {assetId} has to wait: {error.Detail}");
            Log.IntermediateRefused(log, assetId, version, error.Code.ToString(), error.Detail);
        }

        if (!options.Value.MeasureEncodings)
        {
            jobs.Enqueue<GeneratePresetVariants>(job => job.RunAsync(organizationId, assetId, CancellationToken.None));
            return;
        }

        jobs.Enqueue<GeneratePresetVariants>(job => job.RunUnmeasuredAsync(organizationId, assetId, CancellationToken.None));
        jobs.Enqueue<MeasureEncodings>(job => job.RunAsync(organizationId, assetId, version, null, CancellationToken.None));
    }

    private async Task<Error?> MakeAsync(AssetPlace place, int version, CancellationToken ct)
    {
        var small = new VariantRequest
        {
            Space = place.Space,
            AssetId = new AssetId(place.Asset.Id),
            Version = version,
            Operations = Small,
            Extension = ImageFormat.Jpg,
            IsOwn = true,
        };
        if (!(await variants.DescribeAsync(small, ct)).TryGet(out var description, out var error))
            return error;
        if (!description.LacksIntermediate)
            return null;
        if (!(await gate.EnterAsync(production.RequestFor(description, isBackground: true), ct)).TryGet(out var lease, out error))
            return error;
        using var turn = lease;
        var use = new CpuUse();
        var made = await sources.ReadAsync(description, use, ct);
        if (made.IsSuccess && use.TouchedPixels)
            turn.Complete(use.Spent);
        return made.Error;
    }
}
