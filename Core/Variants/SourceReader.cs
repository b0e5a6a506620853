using ImageService.Core.Caching;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Storage;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// Fetches the bytes that a variant is made of: the original (or its working copy), or the intermediate, which is made by the first request that
/// needs it where the worker has not made it yet. Which of them is never a matter of what happens to be there: the same key always means the same bytes.
/// </summary>
public sealed class SourceReader(
    VariantStore store, IntegrityGuard integrity, TransformEngine engine, IsolatedDecoder drawer, ImageServiceMetrics metrics, TimeProvider time,
    ILogger<SourceReader> logger)
{
    private readonly SingleFlight<(Guid AssetId, int Version), Result<ReadOnlyMemory<byte>>> _making = new(TimeSpan.FromMinutes(2), time);

    /// <summary>The bytes; call with a place in the transform gate, for an intermediate may have to be made.</summary>
    /// <param name="description">What the source is for.</param>
    /// <param name="use">Told what making an intermediate took.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns><see cref="ErrorCode.StorageUnavailable"/> where the object is gone, or what making the intermediate returns.</returns>
    /// <exception cref="ObjectStoreException">The store does not answer.</exception>
    public async Task<Result<TransformSource>> ReadAsync(VariantDescription description, CpuUse? use, CancellationToken ct)
    {
        var keepCopyright = description.Space.Policy.KeepCopyright;
        if (!description.UsesIntermediate)
        {
            var original = await ReadOriginalAsync(description, ct);
            if (description.IsDrawn)
                return original.TryGet(out var svg, out var missing) ? await DrawAsync(description, svg, use, ct) : missing;
            return original.Map(bytes => new TransformSource(bytes, description.OriginalFormat, IsIntermediate: false, keepCopyright)
            {
                KeepsHdr = description.KeepsHdr,
            });
        }

        var intermediate = await ReadIntermediateAsync(description, use, ct);
        return intermediate.Map(bytes => new TransformSource(bytes, description.OriginalFormat, IsIntermediate: true, keepCopyright));
    }

    /// <summary>A drawing at the size of the variant, made in the decoder's process: no other may open an SVG.</summary>
    private async Task<Result<TransformSource>> DrawAsync(VariantDescription description, ReadOnlyMemory<byte> svg, CpuUse? use, CancellationToken ct)
    {
        var operations = description.Canonical.Operations;
        if (CroppedSource.Of(description.Source, operations.Crop) is not { } area)
            return OperationErrors.EmptyCrop(operations.Crop!.Value, description.Asset.Width, description.Asset.Height);
        var size = TransformPlan.Of(description.Canonical, description.Source).Resized;
        if (operations.Rotation is 90 or 270)
            size = new PixelSize(size.Height, size.Width);
        var drawn = await drawer.DrawAsync(svg, size, area.Part, use, ct);
        return drawn.Map(png => new TransformSource(png, OriginalFormat.Png, IsIntermediate: false, KeepCopyright: false)
        {
            DrawnFrom = new PixelSize(area.Facts.Width, area.Facts.Height),
        });
    }

    private async Task<Result<ReadOnlyMemory<byte>>> ReadOriginalAsync(VariantDescription description, CancellationToken ct)
    {
        using var activity = ImageServiceTracing.Source.StartActivity(ImageServiceTracing.ReadOriginal);
        var asset = description.Asset;
        var (kind, key, expected) = description.ReadsWorkingCopy
            ? (IntegrityGuard.WorkingCopy, asset.WorkingCopyKey!, new ExpectedBytes(null, asset.WorkingCopyHash))
            : (IntegrityGuard.Original, asset.StorageKey, new ExpectedBytes(asset.SizeBytes, asset.ContentHash));
        var read = await store.ReadAsync(asset.Store, key, expected, ct);
        if (read.Bytes is { } bytes)
        {
            if (asset.OriginalTier is not StorageTier.Hot && !description.ReadsWorkingCopy)
                await NoteReadAsync(description, ct);
            return new ReadOnlyMemory<byte>(bytes);
        }

        await integrity.TellOriginalAsync(description.OrganizationId, asset.AssetId, asset.Version, kind, key, read.Damage ?? Damage.Missing, ct);
        return VariantErrors.OriginalGone;
    }

    private async Task NoteReadAsync(VariantDescription description, CancellationToken ct)
    {
        try
        {
            await store.NoteOriginalReadAsync(description, ct);
        }
        catch (Exception exception) when (Outage.Is(exception))
        {
            Log.NotKept(logger, exception, description.Asset.StorageKey);
        }
    }

    /// <summary>The intermediate as it is stored; null where it has to be made, also because something else is in its place.</summary>
    private async Task<byte[]?> FindIntermediateAsync(VariantDescription description, string key, CancellationToken ct)
    {
        // The hash belongs to the key that the registry knows; another engine's intermediate has neither.
        var hash = string.Equals(description.Asset.IntermediateKey, key, StringComparison.Ordinal) ? description.Asset.IntermediateHash : null;
        var read = await store.ReadAsync(description.Asset.Store, key, new ExpectedBytes(null, hash), ct);
        if (read.Damage is { } damage and not Damage.Missing)
            integrity.TellRemade(IntegrityGuard.Intermediate, key, damage);
        return read.Bytes;
    }

    private async Task<Result<ReadOnlyMemory<byte>>> ReadIntermediateAsync(VariantDescription description, CpuUse? use, CancellationToken ct)
    {
        var key = description.IntermediateKey;
        if (await FindIntermediateAsync(description, key, ct) is { } stored)
            return new ReadOnlyMemory<byte>(stored);
        var (made, _) = await _making.RunAsync(
            (description.Key.AssetId, description.Key.Version),
            flight => MakeIntermediateAsync(description, key, use, flight.Token),
            ct);
        return made;
    }

    private async Task<Result<ReadOnlyMemory<byte>>> MakeIntermediateAsync(VariantDescription description, string key, CpuUse? use, CancellationToken ct)
    {
        // A second look: it may have been made between the first look and this flight.
        if (await FindIntermediateAsync(description, key, ct) is { } stored)
            return new ReadOnlyMemory<byte>(stored);
        if (!(await ReadOriginalAsync(description, ct)).TryGet(out var original, out var missing))
            return missing;
        var source = new TransformSource(original, description.OriginalFormat, IsIntermediate: false, KeepCopyright: true);
        if (!(await engine.MakeIntermediateAsync(source, use, ct)).TryGet(out var intermediate, out var error))
            return error;
        metrics.IntermediateMade();
        await KeepAsync(description, key, intermediate, ct);
        return intermediate.Bytes;
    }

    /// <summary>An intermediate that cannot be kept is made again next time; the image at hand does not suffer.</summary>
    private async Task KeepAsync(VariantDescription description, string key, TransformedImage intermediate, CancellationToken ct)
    {
        try
        {
            await store.WriteAsync(description.Asset.Store, key, intermediate.Bytes, intermediate.Format.MediaType(), ct);
            await store.NoteIntermediateAsync(description, key, intermediate, ct);
        }
        catch (Exception exception) when (Outage.Is(exception))
        {
            Log.NotKept(logger, exception, key);
        }
    }
}
