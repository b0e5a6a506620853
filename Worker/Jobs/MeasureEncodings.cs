using Hangfire;
using Hangfire.Server;
using ImageService.Core.Engine;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Measures once for a version of an asset which quality each format needs and which file is smallest, so that <c>q_auto</c> and <c>fmt_auto</c> are right from
/// then on; then has the presets' variants made, which may ask for either. What was measured is never measured again. Where it cannot be measured at the last
/// attempt either, the variants are made without.
/// </summary>
[AutomaticRetry(Attempts = Retries)]
internal sealed class MeasureEncodings(
    AssetDirectory assets,
    VariantProvider variants,
    SourceReader sources,
    VariantStore store,
    TransformGate gate,
    TransformEngine engine,
    VariantProduction production,
    EncoderSupport encoders,
    IBackgroundJobClient jobs,
    ILogger<MeasureEncodings> log)
{
    private const int Retries = 5;

    // Of a still picture a variant this small derives from the intermediate; of an animation, frames are measured as they are.
    private static readonly ImageOperations Small = new() { Width = 16, Height = 16, Fit = Fit.Fill };
    private static readonly ImageOperations Whole = new();

    /// <summary>Measures, unless that was done.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="assetId">What.</param>
    /// <param name="version">Which version of it.</param>
    /// <param name="context">Tells which attempt this is.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="VariantHasToWaitException">It cannot be measured at the moment; there are attempts left.</exception>
    [Queue(JobQueues.Images)]
    public async Task RunAsync(Guid organizationId, Guid assetId, int version, PerformContext? context, CancellationToken ct)
    {
        if (await assets.FindPlaceAsync(organizationId, assetId, ct) is not { } place)
            return;
        if (await MeasureAsync(place, version, ct) is { } error)
        {
            if (error.RetryAfter is not null && !context.IsLast(Retries))
                throw new VariantHasToWaitException($"Measuring asset {assetId} has to wait: {error.Detail}");
            Log.MeasurementRefused(log, assetId, version, error.Code.ToString(), error.Detail);
        }

        // Those that leave format or quality open; the others are there already.
        jobs.Enqueue<GeneratePresetVariants>(job => job.RunAsync(organizationId, assetId, CancellationToken.None));
    }

    private async Task<Error?> MeasureAsync(AssetPlace place, int version, CancellationToken ct)
    {
        if (await assets.FindAsync(place.Space, new AssetId(place.Asset.Id), version, ct) is not { Encodings: null } facts)
            return null;
        var isAnimated = facts.Frames > 1;
        var (operations, extension) = isAnimated ? (Whole, ImageFormat.Webp) : (Small, ImageFormat.Jpg);
        var asked = new VariantRequest
        {
            Space = place.Space,
            AssetId = facts.AssetId,
            Version = version,
            Operations = operations,
            Extension = extension,
            IsOwn = true,
        };
        if (!(await variants.DescribeAsync(asked, ct)).TryGet(out var description, out var error))
            return error;

        // A drawing is drawn anew at every size.
        if (description.Source.Drawing is not null)
            return null;
        if (!(await gate.EnterAsync(production.RequestFor(description, isBackground: true), ct)).TryGet(out var lease, out error))
            return error;
        using var turn = lease;
        var use = new CpuUse();
        if (!(await sources.ReadAsync(description, use, ct)).TryGet(out var source, out error))
            return error;
        var formats = Enum.GetValues<ImageFormat>().Where(encoders.Writes).Where(format => IsTried(format, facts)).ToList();
        if (!(await engine.MeasureAsync(source, formats, use, ct)).TryGet(out var measured, out error))
            return error;
        if (use.TouchedPixels)
            turn.Complete(use.Spent);
        if (measured.Order.Count > 0)
            await store.NoteEncodingsAsync(description, measured, ct);
        return null;
    }

    // A GIF of what was none has lost its colours; a PNG keeps what one or the other already had, and nobody expects one of a photograph.
    private static bool IsTried(ImageFormat format, AssetFacts facts) => format switch
    {
        ImageFormat.Gif => facts.Frames > 1 || facts.Format == ImageFormat.Gif.Name(),
        ImageFormat.Png => facts.Format == ImageFormat.Png.Name() || facts.Format == ImageFormat.Gif.Name(),
        _ => true,
    };
}
