using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Variants;

/// <summary>
/// Reads an original again, whole and from the store itself, tells where it is not what was uploaded, and brings back an earlier state of the object where the
/// store keeps one that is.
/// </summary>
public sealed class OriginalCheck(RegistryFactory registry, ObjectStores stores, IntegrityGuard integrity)
{
    /// <summary>Checks one.</summary>
    /// <exception cref="ObjectStoreException">The store does not answer: that is an outage and no damage.</exception>
    /// <exception cref="IOException">Likewise, from a folder.</exception>
    public async Task<OriginalState> RunAsync(StoredOriginal original, CancellationToken ct)
    {
        var store = stores.Of(original.StorageProvider).Objects;
        if (await JudgeAsync(store, original, ct) is not { } damage)
            return OriginalState.Whole;

        // A version may be removed or moved while it is read.
        await using var db = registry.ForOrganization(original.OrganizationId);
        var rows = db.AssetVersions.Where(
            row => row.AssetId == original.AssetId && row.Version == original.Version && row.StorageKey == original.StorageKey
                && row.StorageProvider == original.StorageProvider && row.ContentHash == original.ContentHash && row.DeletedAt == null);
        if (!await rows.AnyAsync(ct))
            return OriginalState.Gone;
        var asset = new AssetId(original.AssetId);
        await integrity.TellOriginalAsync(original.OrganizationId, asset, original.Version, IntegrityGuard.Original, original.StorageKey, damage, ct);
        if (await HealAsync(store, original, ct) is not { } from)
            return OriginalState.Damaged;
        await rows.ExecuteUpdateAsync(set => set.SetProperty(version => version.Tier, StorageTier.Hot), ct);
        await integrity.TellHealedAsync(original.OrganizationId, asset, original.Version, original.StorageKey, from, ct);
        return OriginalState.Healed;
    }

    private static async Task<Damage?> JudgeAsync(IObjectStore store, StoredOriginal original, CancellationToken ct)
    {
        await using var stored = await store.OpenAsync(original.StorageKey, null, ct);
        return stored is null ? Damage.Missing : await IntegrityGuard.ReadAgainAsync(stored, original.SizeBytes, original.ContentHash, ct);
    }

    /// <returns>The state that was brought back; null where the store keeps none that is right.</returns>
    private static async Task<string?> HealAsync(IObjectStore store, StoredOriginal original, CancellationToken ct)
    {
        await foreach (var version in store.VersionsAsync(original.StorageKey, ct))
        {
            if (version.SizeBytes != original.SizeBytes || !await IsWholeAsync(store, original, version.Id, ct))
                continue;
            if (await store.RestoreVersionAsync(original.StorageKey, version.Id, ct) && await JudgeAsync(store, original, ct) is null)
                return version.Id;
        }

        return null;
    }

    private static async Task<bool> IsWholeAsync(IObjectStore store, StoredOriginal original, string version, CancellationToken ct)
    {
        await using var stored = await store.OpenVersionAsync(original.StorageKey, version, ct);
        return stored is not null && await IntegrityGuard.ReadAgainAsync(stored, original.SizeBytes, original.ContentHash, ct) is null;
    }
}

/// <summary>An original as its row has it.</summary>
public sealed record StoredOriginal
{
    /// <summary>Whose.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>Of which asset.</summary>
    public required Guid AssetId { get; init; }

    /// <summary>Which version, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Object key.</summary>
    public required string StorageKey { get; init; }

    /// <summary>Name of the store.</summary>
    public required string StorageProvider { get; init; }

    /// <summary>Length, bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>SHA-256, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }
}

/// <summary>What became of an original that was read again.</summary>
public enum OriginalState
{
    /// <summary>It is what was uploaded.</summary>
    Whole,

    /// <summary>Its row is no longer there, or says something else.</summary>
    Gone,

    /// <summary>It is not what was uploaded, and the store keeps nothing that is.</summary>
    Damaged,

    /// <summary>It was not what was uploaded, and is again.</summary>
    Healed,
}
