using System.Diagnostics;
using ImageService.Core.Caching;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Errors;
using ImageService.Core.Metering;
using ImageService.Core.Operations;
using ImageService.Core.Quotas;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Variants;

/// <summary>
/// Makes a variant and publishes it: limits asked, a place in the gate, source, engine, then store, registry and caches, in that order, so that
/// whoever finds one layer filled finds the ones below it filled too. The caller holds the variant's lock.
/// </summary>
public sealed class VariantProduction(
    VariantStore store,
    VariantCache cache,
    VariantBudget budgets,
    QuotaGuard quotas,
    FailedVariants failures,
    TransformGate gate,
    TransformCosts costs,
    SourceReader sources,
    OverlayReader overlays,
    TransformEngine engine,
    LargeOriginals originals,
    UsageMeter usage,
    IOptions<EngineOptions> options,
    ImageServiceMetrics metrics,
    ILogger<VariantProduction> logger)
{
    private const int FaithfulQuality = 95;
    private const int PixelBytes = 4;

    /// <summary>
    /// Whether the variant would be refused whoever asks: it could not be made lately, or the gate would not let it in. Asked before locks and limits.
    /// </summary>
    /// <returns>The refusal, or null.</returns>
    public Error? Judge(VariantDescription description, bool isOwn) => failures.Find(description.Key) ?? gate.Judge(RequestFor(description, isOwn));

    /// <summary>What making the variant asks of the gate.</summary>
    public GateRequest RequestFor(VariantDescription description, bool isBackground) => Request(description, description.Canonical, isBackground);

    /// <summary>Makes the variant.</summary>
    /// <param name="description">What to make.</param>
    /// <param name="isKnown">Whether the registry has its row already, so that it counts against no limit (its object was lost).</param>
    /// <param name="isOwn">Whether the service makes it for itself.</param>
    /// <param name="flight">The shared work this is part of.</param>
    public async Task<Result<ProducedVariant>> ProduceAsync(VariantDescription description, bool isKnown, bool isOwn, Flight flight)
    {
        var ct = flight.Token;
        if (!(isKnown || isOwn ? BudgetPlace.Free : await budgets.EnterAsync(description, ct)).TryGet(out var place, out var refusal))
            return refusal;
        using var budgeted = place;
        if (!(isKnown ? TransformLease.Free : await quotas.TakeTransformAsync(description.Space, ct)).TryGet(out var transform, out refusal))
            return refusal;
        await using var counted = transform;

        var started = Stopwatch.GetTimestamp();
        if (!(await gate.EnterAsync(RequestFor(description, isOwn), ct)).TryGet(out var lease, out var full))
            return full;
        using var turn = lease;
        var waited = Stopwatch.GetElapsedTime(started);

        var use = new CpuUse();
        var isMade = false;
        var terms = new PublicationTerms(isOwn || isKnown ? null : description.Space.Policy.VariantBudget, isOwn);
        try
        {
            if (originals.Applies(description)
                && await MakeLargeAsync(description, terms, turn, use, ct) is { Error: not { Code: ErrorCode.UndecodableImage } } streamed)
            {
                isMade = streamed.IsSuccess;
                return streamed.Map(spent => new ProducedVariant(null, spent with { Wait = waited }));
            }

            if (!(await MakeAsync(description, isOwn, turn, use, ct)).TryGet(out var made, out var error))
                return error;
            isMade = true;
            var (image, times) = made;
            started = Stopwatch.GetTimestamp();
            var variant = new CachedVariant(image.Bytes, image.Format, image.Width, image.Height);
            if (!await PublishAsync(description, MadeVariant.Of(image), variant, terms, flight))
                return VariantErrors.BudgetExceeded(description.Space.Policy.VariantBudget);
            return new ProducedVariant(variant, times with { Wait = waited, Store = Stopwatch.GetElapsedTime(started) });
        }
        finally
        {
            // Also where it failed, ran out of time or everybody left: the costliest ones are those.
            if (use.TouchedPixels)
                counted.Ran();
            Charge(description, use, isMade);
        }
    }

    private void Charge(VariantDescription description, CpuUse use, bool isMade)
    {
        var cpuMs = (long)use.Spent.TotalMilliseconds;
        if (use.TouchedPixels)
            usage.Note(description.OrganizationId, description.Space.TenantId, description.Space.SpaceId, requests: 0, bytes: 0, transforms: isMade ? 1 : 0,
                cpuMs);
        quotas.NoteCpu(description.Space, cpuMs);
    }

    /// <summary>An original too large for memory, which is published as it is made.</summary>
    private async Task<Result<TransformTimes>> MakeLargeAsync(
        VariantDescription description, PublicationTerms terms, GateLease turn, CpuUse use, CancellationToken ct)
    {
        if (!(await originals.MakeAsync(description, terms, use, ct)).TryGet(out var made, out var error))
            return error;
        turn.Complete(use.Spent);
        metrics.TransformRan(description.Canonical.Format, made.Times.Transform);
        return made.Publication == Publication.OverBudget ? VariantErrors.BudgetExceeded(description.Space.Policy.VariantBudget) : made.Times;
    }

    private async Task<Result<(TransformedImage Image, TransformTimes Times)>> MakeAsync(
        VariantDescription description, bool isOwn, GateLease turn, CpuUse use, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        if (!(await sources.ReadAsync(description, use, ct)).TryGet(out var source, out var unreadable))
        {
            failures.Note(description.Key, unreadable);
            return unreadable;
        }

        if (!(await overlays.ReadAsync(description, use, ct)).TryGet(out var material, out unreadable))
            return unreadable;
        source = source with { Overlays = material };
        var read = Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        var result = await TransformAsync(description, source, isOwn, turn, use, ct);
        var transformed = Stopwatch.GetElapsedTime(started);
        if (!result.TryGet(out var image, out var error))
        {
            metrics.TransformFailed(description.Canonical.Format, error.Code.ToString());
            failures.Note(description.Key, error);
            return error;
        }

        // The core is free for the next transform while this one is written.
        turn.Complete(use.Spent);
        costs.Learn(description.OriginalFormat, description.Source, description.Canonical, description.LacksIntermediate, use.Spent);
        metrics.TransformRan(description.Canonical.Format, transformed);
        return (image, new TransformTimes(default, read, transformed, default));
    }

    private GateRequest Request(VariantDescription description, CanonicalOperations operations, bool isBackground) => new(
        description.OrganizationId,
        ExpectedBytes(description, operations),
        costs.Expect(description.OriginalFormat, description.Source, operations, description.LacksIntermediate))
    {
        IsBackground = isBackground,
    };

    // Where nobody judged the original on upload, its format alone is a guess on the high side: at most the whole budget, and then alone.
    private long ExpectedBytes(VariantDescription description, CanonicalOperations operations)
    {
        var bytes = MemoryEstimate.ForTransform(description.OriginalFormat, description.Source, operations, description.LacksIntermediate);
        bytes = Math.Min(bytes + OverlayBytes(description), Math.Max(bytes, options.Value.MemoryBudgetBytes));
        return description.Source.DecodeBytes is null ? Math.Min(bytes, options.Value.MemoryBudgetBytes) : bytes;
    }

    // Pictures of overlays are decoded one after the other; their pixels stay until all are drawn.
    private static long OverlayBytes(VariantDescription description)
    {
        var (decoding, held) = (0L, 0L);
        foreach (var image in description.Overlays.SelectMany(static overlay => overlay.Overlay.Images))
        {
            var pixels = (long)image.Width * image.Height;
            decoding = Math.Max(decoding, image.DecodeBytes ?? MemoryEstimate.ForDecode(OriginalFormat.Png, pixels));
            held += Math.Min(pixels, ImagePainter.MostPixels) * PixelBytes;
        }

        return decoding + held;
    }

    private async Task<Result<TransformedImage>> TransformAsync(
        VariantDescription description, TransformSource source, bool isOwn, GateLease turn, CpuUse use, CancellationToken ct)
    {
        using var activity = ImageServiceTracing.Source.StartActivity(ImageServiceTracing.Transform);
        activity?.SetTag("format", description.Canonical.Format.Name());
        if (!description.Canonical.Operations.Original)
            return await engine.TransformAsync(source, description.Canonical, LimitsOf(description, use), ct);
        if ((await engine.StripAsync(source, use, ct)).TryGet(out var stripped, out var error))
        {
            return new TransformedImage
            {
                Bytes = stripped.Bytes,
                Format = description.Canonical.Format,
                Width = description.Asset.Width,
                Height = description.Asset.Height,
                Frames = description.Asset.Frames,
                CpuTime = TimeSpan.Zero,
            };
        }

        return error.Code is ErrorCode.UndecodableImage ? await EncodeAnewAsync(description, source, isOwn, turn, use, ct) : error;
    }

    /// <summary>
    /// Some files decode to the right picture though the structure around it is odd. What cannot be told apart from metadata is not delivered: the picture is
    /// encoded anew, nearly without loss and as large as the budget holds, which takes more memory than the lease was given for.
    /// </summary>
    private async Task<Result<TransformedImage>> EncodeAnewAsync(
        VariantDescription description, TransformSource source, bool isOwn, GateLease turn, CpuUse use, CancellationToken ct)
    {
        var picture = description.Canonical.Operations with { Original = false, Quality = Quality.Of(FaithfulQuality) };
        var (format, budget) = (description.Canonical.Format, options.Value.MemoryBudgetBytes);
        var resolved = SizeBudget.Resolve(picture, format, description.Source, description.OriginalFormat, FaithfulQuality, budget);
        if (!resolved.TryGet(out var sized, out var impossible))
            return impossible;
        turn.Dispose();
        if (!(await gate.EnterAsync(Request(description, sized.Canonical, isOwn), ct)).TryGet(out var lease, out var full))
            return full;
        using (lease)
            return await engine.TransformAsync(source, sized.Canonical, LimitsOf(description, use), ct);
    }

    private static TransformLimits LimitsOf(VariantDescription description, CpuUse use) =>
        new(description.Space.Policy.MaxInputPixels, description.Space.Policy.MaxInputFrames, null) { Use = use };

    /// <summary>
    /// The image is served even where it cannot be kept, but for what the service makes to be kept; an invalidation that came meanwhile keeps it out of every
    /// layer.
    /// </summary>
    /// <returns>False where others used up the budget meanwhile.</returns>
    private async Task<bool> PublishAsync(VariantDescription description, MadeVariant made, CachedVariant variant, PublicationTerms terms, Flight flight)
    {
        using var activity = ImageServiceTracing.Source.StartActivity(ImageServiceTracing.Store);
        var outcome = flight.IsDetached ? Publication.Overtaken : Publication.Published;
        if (!flight.IsDetached)
        {
            try
            {
                outcome = await store.PublishAsync(description, made, terms, flight.Token);
            }
            catch (Exception exception) when (!terms.IsOwn && Outage.Is(exception))
            {
                Log.NotKept(logger, exception, description.StorageKey);
            }
        }

        if (outcome == Publication.OverBudget)
            return false;
        if (outcome == Publication.Published && !flight.IsDetached)
            await cache.PutAsync(description.Key, variant, flight.Token);
        else
            Log.Overtaken(logger, description.StorageKey);
        return true;
    }
}

/// <summary>A variant just made.</summary>
/// <param name="Variant">Null where it is too large for memory: it is in the store.</param>
/// <param name="Times">Where the time went.</param>
public sealed record ProducedVariant(CachedVariant? Variant, TransformTimes Times);
