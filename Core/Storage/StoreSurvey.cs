using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Storage;

/// <summary>
/// Finds out at start what each store that is not a folder can do, and says so in one line: servers that speak a protocol do not all speak the whole of it.
/// A store that is away stops nothing; readiness tells.
/// </summary>
internal sealed class StoreSurvey(StoreAdapters stores, ILogger<StoreSurvey> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(stores.All.Where(store => store.Bare is not FileObjectStore).Select(store => ProbeAsync(store, stoppingToken)));

    internal async Task ProbeAsync(StoreAdapter store, CancellationToken ct)
    {
        var (key, copy) = ($"probes/{Guid.CreateVersion7():n}", $"probes/{Guid.CreateVersion7():n}");
        try
        {
            var found = await TryAsync(store.Bare, key, copy, ct);
            if (store.Bare is S3ObjectStore s3)
                s3.CreatesAtomically = found.ConditionalPut;
            Log.StoreSurveyed(logger, store.Name, store.Bare.Provider, found.ConditionalPut, found.Range, found.Copy, found.Classes);
        }
        catch (ObjectStoreException problem)
        {
            Log.StoreSurveyFailed(logger, store.Name, store.Bare.Provider, problem.Message);
        }
        finally
        {
            await RemoveAsync(store.Bare, [key, copy], ct);
        }
    }

    private static async Task<StoreAbilities> TryAsync(IObjectStore store, string key, string copy, CancellationToken ct)
    {
        await store.PutAsync(key, new MemoryStream("0123456789"u8.ToArray()), "text/plain", ct);
        var create = new PutOptions("text/plain", PutMode.Create);
        var conditional = store.CreatesAtomically
            && await TriedAsync(async () => !(await store.PutAsync(key, new MemoryStream("x"u8.ToArray()), create, ct)).Written);
        if (!conditional)
            await store.PutAsync(key, new MemoryStream("0123456789"u8.ToArray()), "text/plain", ct);
        var range = await TriedAsync(async () =>
        {
            await using var opened = await store.OpenAsync(key, new ByteRange(3, 4), ct);
            var bytes = new byte[5];
            return opened is not null && await opened.Content.ReadAtLeastAsync(bytes, 5, throwOnEndOfStream: false, ct) == 4
                && bytes.AsSpan(0, 4).SequenceEqual("3456"u8);
        });
        var copied = await TriedAsync(() => store.CopyAsync(key, copy, ct));
        var classes = await TriedAsync(async () =>
        {
            await store.SetTierAsync(key, StorageTier.Cold, ct);
            return await store.HeadAsync(key, ct) is { Tier: not StorageTier.Hot };
        });
        return new StoreAbilities(conditional, range, copied, classes);
    }

    /// <summary>A refusal is an answer to what is asked here.</summary>
    private static async Task<bool> TriedAsync(Func<Task<bool>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (ObjectStoreException refusal) when (refusal.IsRefusal)
        {
            return false;
        }
    }

    private async Task RemoveAsync(IObjectStore store, string[] keys, CancellationToken ct)
    {
        try
        {
            await store.DeleteManyAsync(keys, ct);
        }
        catch (Exception problem) when (problem is ObjectStoreException or OperationCanceledException)
        {
            Log.StoreSurveyLeft(logger, keys[0]);
        }
    }

    private sealed record StoreAbilities(bool ConditionalPut, bool Range, bool Copy, bool Classes);
}
