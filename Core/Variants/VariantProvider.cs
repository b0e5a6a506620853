using System.Diagnostics.CodeAnalysis;
using ImageService.Core.Caching;
using ImageService.Core.Engine;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// The joint between URLs and bytes. <see cref="DescribeAsync"/> says which variant is meant, without bytes; <see cref="OpenAsync"/> finds or makes it;
/// <see cref="EnsureAsync"/> makes sure it exists. A variant is looked for in memory, Redis, and registry with store; what is found nowhere is made once,
/// whoever asks and on however many replicas.
/// </summary>
public sealed class VariantProvider
{
    private static readonly TimeSpan FlightLimit = TimeSpan.FromMinutes(2);

    private readonly VariantDescriber _describer;
    private readonly VariantCache _cache;
    private readonly VariantStore _store;
    private readonly VariantProduction _production;
    private readonly IntegrityGuard _integrity;
    private readonly DistributedLock _locks;
    private readonly ImageServiceMetrics _metrics;
    private readonly ILogger<VariantProvider> _logger;
    private readonly SingleFlight<VariantKey, Result<Found>> _flights;

    public VariantProvider(
        VariantDescriber describer,
        VariantCache cache,
        VariantStore store,
        VariantProduction production,
        IntegrityGuard integrity,
        DistributedLock locks,
        ImageServiceMetrics metrics,
        TimeProvider time,
        ILogger<VariantProvider> logger)
    {
        (_describer, _cache, _store, _production, _integrity, _locks, _metrics, _logger) =
            (describer, cache, store, production, integrity, locks, metrics, logger);
        _flights = new SingleFlight<VariantKey, Result<Found>>(FlightLimit, time);

        // A flight that began before an invalidation lands unpublished.
        cache.WhenForgetting(assets => _flights.Detach(key => assets.Contains(key.AssetId)));
    }

    /// <inheritdoc cref="VariantDescriber.DescribeAsync"/>
    public ValueTask<Result<VariantDescription>> DescribeAsync(VariantRequest request, CancellationToken ct) => _describer.DescribeAsync(request, ct);

    /// <inheritdoc cref="VariantDescriber.TryRecall"/>
    public bool TryRecall(VariantRequest request, [NotNullWhen(true)] out VariantDescription? description) => _describer.TryRecall(request, out description);

    /// <summary>Looks in memory only and counts nothing: a request that finds nothing here comes again by <see cref="OpenAsync"/>.</summary>
    public bool TryPeek(VariantDescription description, [NotNullWhen(true)] out CachedVariant? variant) => _cache.TryPeek(description.Key, out variant);

    /// <summary>Counts what was found by <see cref="TryPeek"/> and is sent.</summary>
    public void NoteHit() => _cache.NoteMemoryHit();

    /// <summary>Opens the variant, made first where it does not exist. A memory hit neither waits nor calls anything.</summary>
    /// <returns>What the engine and the limits may refuse with; never the untransformed original in place of a variant.</returns>
    /// <exception cref="ObjectStoreException">The store does not answer and no cache has the variant.</exception>
    public ValueTask<Result<OpenedVariant>> OpenAsync(VariantDescription description, CancellationToken ct) =>
        _cache.TryGetFromMemory(description.Key, out var variant)
            ? ValueTask.FromResult<Result<OpenedVariant>>(new OpenedVariant(CacheLayer.Memory, variant!))
            : new ValueTask<Result<OpenedVariant>>(FindAsync(description, isOwn: false, ct));

    /// <summary>Makes sure that the variant exists, for the worker. No limit on strangers' URLs applies.</summary>
    /// <returns>Whether it had to be made.</returns>
    public async Task<Result<bool>> EnsureAsync(VariantRequest request, CancellationToken ct)
    {
        if (!(await _describer.DescribeAsync(request with { IsOwn = true }, ct)).TryGet(out var description, out var error))
            return error;
        if (!description.IsExactOriginal && await _store.FindAsync(description, ct) is not null)
            return false;
        if (!(await FindAsync(description, isOwn: true, ct)).TryGet(out var opened, out error))
            return error;
        await using (opened)
            return opened.Layer is CacheLayer.Miss;
    }

    private async Task<Result<OpenedVariant>> FindAsync(VariantDescription description, bool isOwn, CancellationToken ct)
    {
        Result<Found> result;
        bool joined;
        try
        {
            (result, joined) = await _flights.RunAsync(description.Key, flight => LookAsync(description, isOwn, flight), ct);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return VariantErrors.TooSlow;
        }

        if (!result.TryGet(out var found, out var error))
            return error;
        var layer = joined && found.Layer == CacheLayer.Miss ? CacheLayer.Coalesced : found.Layer;
        if (found.Variant is { } variant)
            return new OpenedVariant(layer, variant, found.Times);

        // Too large for memory: everyone who waited opens a stream of their own, of the object that was judged.
        if (await _store.OpenAsync(found.Store, description.StorageKey, ct) is not { } stored)
            return VariantErrors.OriginalGone;
        if (found.Judged is not { } judged || (stored.Info.SizeBytes == judged.SizeBytes && stored.Info.LastModified == judged.LastModified))
            return new OpenedVariant(layer, stored, found.Times);
        await stored.DisposeAsync();
        return VariantErrors.OriginalGone;
    }

    private async Task<Result<Found>> LookAsync(VariantDescription description, bool isOwn, Flight flight)
    {
        if (await LookInCachesAsync(description, flight) is { } cached)
            return cached;
        if (description.IsExactOriginal)
            return VariantErrors.OriginalGone;

        // Before the lock and the limits: under load a refusal must cost next to nothing.
        if (_production.Judge(description, isOwn) is { } refusal)
            return refusal;

        await using var held =
            await _locks.AcquireAsync($"variant:{description.Key.AssetId:n}:{description.Key.Version}:{description.OperationsHash}", flight.Token);

        // A second look: whoever held the lock before may have made it.
        var (known, again) = await LookBelowMemoryAsync(description, flight, isLast: true);
        if (again is not null)
            return again;
        var produced = await _production.ProduceAsync(description, isKnown: known, isOwn, flight);
        return produced.Map(made => new Found(CacheLayer.Miss, made.Variant, made.Times, description.Space.Policy.Store));
    }

    private async Task<Found?> LookInCachesAsync(VariantDescription description, Flight flight)
    {
        using var activity = ImageServiceTracing.Source.StartActivity(ImageServiceTracing.CacheRead);
        var (_, found) = await LookBelowMemoryAsync(description, flight, isLast: description.IsExactOriginal);
        return found;
    }

    /// <summary>Looks in Redis, then in registry and store. What is not what the registry knows is not found; the last look tells of it.</summary>
    /// <returns>Whether the registry knows the variant, and what was found.</returns>
    private async Task<(bool Known, Found? Found)> LookBelowMemoryAsync(VariantDescription description, Flight flight, bool isLast)
    {
        if (await _cache.GetFromRedisAsync(description.Key, flight.Token) is { } shared)
            return (true, new Found(CacheLayer.Redis, shared, null));

        var (known, row) = await FindRowAsync(description, flight.Token);
        if (known)
        {
            var place = StoreOf(description, row);
            await using var stored = await _store.OpenAsync(place, description.StorageKey, flight.Token);
            var (found, damage) = stored is null ? (null, Damage.Missing) : await TakeAsync(description, place, stored, row, flight);
            if (found is not null)
            {
                _metrics.CacheHit("storage");
                return (true, found);
            }

            if (isLast && damage is { } wrong)
                await TellAsync(description, row, wrong, flight.Token);
        }

        _metrics.CacheMissed("storage");
        return (row is not null, null);
    }

    /// <summary>
    /// Asks the registry. Where it does not answer, the store alone is asked: a key holds the hash of what it was made of, so it can only hold the right
    /// bytes; what this may serve is a variant that was dropped moments ago.
    /// </summary>
    private async Task<(bool Known, VariantRow? Row)> FindRowAsync(VariantDescription description, CancellationToken ct)
    {
        if (description.IsExactOriginal)
            return (true, null);
        try
        {
            var row = await _store.FindAsync(description, ct);
            return (row is not null, row);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.RegistryAway(_logger, exception);
            return (true, null);
        }
    }

    /// <summary>Where the row says; without a row, where new ones are written.</summary>
    private static string? StoreOf(VariantDescription description, VariantRow? row) =>
        description.IsExactOriginal ? description.Asset.Store : row?.Store ?? description.Space.Policy.Store;

    /// <summary>Takes an opened object as far as it is what is known of it: bytes for memory, or the word that it may be streamed.</summary>
    private async Task<(Found? Found, Damage? Damage)> TakeAsync(VariantDescription description, string? place, StoredObject stored, VariantRow? row,
        Flight flight)
    {
        var expected = ExpectedOf(description, row);
        if (!_cache.AcceptsInMemory(stored.Info.SizeBytes))
        {
            return await _integrity.JudgeAsync(description.StorageKey, stored, expected, flight.Token) is { } wrong
                ? (null, wrong)
                : (new Found(CacheLayer.Storage, null, null, place) { Judged = stored.Info }, null);
        }

        var read = await VariantStore.ReadAsync(stored, expected, flight.Token);
        return read.Bytes is { } bytes ? (await KeepAsync(description, bytes, row, flight), null) : (null, read.Damage);
    }

    /// <summary>While the registry does not answer, a variant must at least look like one of its format.</summary>
    private static ExpectedBytes ExpectedOf(VariantDescription description, VariantRow? row) =>
        description.IsExactOriginal ? new ExpectedBytes(description.Asset.SizeBytes, description.Asset.ContentHash)
        : row is not null ? new ExpectedBytes(row.SizeBytes, row.ContentHash)
        : new ExpectedBytes(null, null, OriginalFormats.TryParse(description.Canonical.Format.Name(), out var format) ? format : null);

    private async Task TellAsync(VariantDescription description, VariantRow? row, Damage damage, CancellationToken ct)
    {
        var asset = description.Asset;
        if (description.IsExactOriginal)
            await _integrity.TellOriginalAsync(description.OrganizationId, asset.AssetId, asset.Version, IntegrityGuard.Original, description.StorageKey,
                damage, ct);
        else if (row is not null || damage is not Damage.Missing)
            _integrity.TellRemade(IntegrityGuard.Variant, description.StorageKey, damage);
    }

    private async Task<Found> KeepAsync(VariantDescription description, byte[] bytes, VariantRow? row, Flight flight)
    {
        var variant = new CachedVariant(bytes, description.Canonical.Format, row?.Width ?? 0, row?.Height ?? 0);
        if (!flight.IsDetached)
            await _cache.PutAsync(description.Key, variant, flight.Token);
        return new Found(CacheLayer.Storage, variant, null);
    }

    /// <summary>What a flight found; no variant means "in the store, to be streamed".</summary>
    private sealed record Found(CacheLayer Layer, CachedVariant? Variant, TransformTimes? Times, string? Store = null)
    {
        /// <summary>The stored object as it was when it was judged, where it is to be streamed.</summary>
        public ObjectInfo? Judged { get; init; }
    }
}
