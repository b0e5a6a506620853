using System.Security.Cryptography;

using ImageService.Core.Registry;
using ImageService.Core.Storage;

using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Lifecycle;

/// <summary>Copies the objects of one asset version to another store, reads them back and switches the rows over.</summary>
internal sealed class StoreMoveCopy(RegistryFactory registry, ObjectStores stores, StoreMove move, StoreMoveThrottle throttle, TimeProvider time)
{
    private readonly NamedStore _target = stores.Of(move.Store);

    /// <summary>Moves one version with everything made of it.</summary>
    /// <returns>Null, or why it stays where it is: its original is gone or damaged. A lost or damaged variant is no reason: it is made again when asked
    /// for.</returns>
    /// <exception cref="ObjectStoreException">A store does not answer.</exception>
    public async Task<string?> MoveAsync(AssetVersion version, CancellationToken ct)
    {
        var copied = new List<string>();
        long bytes = 0;
        if (version.StorageProvider != _target.Name)
        {
            var source = stores.Of(version.StorageProvider);
            var original = await CopyAsync(source, version.StorageKey, version.ContentHash, version.Tier, ct);
            if (original.Problem is { } refusal)
                return refusal;
            copied.Add(version.StorageKey);
            bytes += original.Bytes;
            if (version.WorkingCopyKey is { } working)
            {
                var kept = await CopyAsync(source, working, null, StorageTier.Hot, ct);
                if (kept.Problem is { } lost)
                    return lost;
                copied.Add(working);
                bytes += kept.Bytes;
            }

            // An intermediate that is not there is made again by the next request that needs it.
            if (version.IntermediateKey is { } intermediate && await CopyAsync(source, intermediate, null, StorageTier.Hot, ct) is { Problem: null } made)
            {
                copied.Add(intermediate);
                bytes += made.Bytes;
            }
        }

        await using var db = registry.ForOrganization(version.OrganizationId);
        var variants = await db.Variants.AsNoTracking()
            .Where(row => row.AssetId == version.AssetId && row.Version == version.Version && row.StorageProvider != _target.Name).ToListAsync(ct);
        var (whole, broken) = (new List<Guid>(), new List<Guid>());
        foreach (var variant in variants)
        {
            var result = await CopyAsync(stores.Of(variant.StorageProvider), variant.StorageKey, variant.ContentHash, variant.Tier, ct);
            (result.Problem is null ? whole : broken).Add(variant.Id);
            bytes += result.Bytes;
            if (result.Problem is null)
                copied.Add(variant.StorageKey);
        }

        string[] sources = [.. variants.Select(variant => variant.StorageProvider)
            .Append(version.StorageProvider).Where(name => name != _target.Name).Distinct(StringComparer.Ordinal)];
        if (!await SwitchAsync(db, version, whole, broken, sources, bytes, ct))
            await _target.Objects.DeleteManyAsync(copied, CancellationToken.None);
        return null;
    }

    /// <returns>False where the version was deleted meanwhile, so that its copies belong to nobody.</returns>
    private async Task<bool> SwitchAsync(RegistryDb db, AssetVersion version, List<Guid> whole, List<Guid> broken, string[] sources, long bytes,
        CancellationToken ct)
    {
        // A version that only its variants were still missing of was counted before.
        var (now, moved) = (time.GetUtcNow(), version.StorageProvider == _target.Name ? 0 : 1);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var switched = await db.AssetVersions.Where(row => row.Id == version.Id && row.StorageProvider == version.StorageProvider)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.StorageProvider, _target.Name), ct);

        // Somebody else who moved it meanwhile may have written the very same objects: they stay, and what is too many goes with the weekly sweep.
        if (switched == 0)
            return await db.AssetVersions.AnyAsync(row => row.Id == version.Id, ct);
        await db.Variants.Where(row => whole.Contains(row.Id) && sources.Contains(row.StorageProvider)).ExecuteUpdateAsync(
            row => row.SetProperty(it => it.StorageProvider, _target.Name), ct);
        await db.Variants.Where(row => broken.Contains(row.Id)).ExecuteDeleteAsync(ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE store_moves SET done = done + {moved}, done_bytes = done_bytes + {bytes}, updated_at = {now},
                sources = ARRAY(SELECT DISTINCT unnest(sources || {sources}))
            WHERE id = {move.Id}
            """,
            ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Copies one object and compares what the target gives back with what was read and with what the registry knows.</summary>
    private async Task<(long Bytes, string? Problem)> CopyAsync(NamedStore source, string key, string? expectedHash, StorageTier tier, CancellationToken ct)
    {
        byte[] sent;
        long size;
        await using (var opened = await source.Objects.OpenAsync(key, null, ct))
        {
            if (opened is null)
                return (0, $"'{key}' is not in store '{source.Name}'.");
            await using var hashing = new HashingStream(opened.Content);
            var type = opened.Info.ContentType ?? MediaTypes.OfKey(key) ?? "application/octet-stream";
            size = (await _target.Objects.PutAsync(key, hashing, new PutOptions(type, Tier: tier), ct)).SizeBytes;
            sent = hashing.Hash();
        }

        if (expectedHash is not null && Convert.ToHexStringLower(sent) != expectedHash)
        {
            await _target.Objects.DeleteAsync(key, CancellationToken.None);
            return (0, $"'{key}' is damaged in store '{source.Name}': its bytes do not have the hash that the registry knows.");
        }

        await using (var back = await _target.Objects.OpenAsync(key, null, ct))
        {
            if (back is null || !CryptographicOperations.FixedTimeEquals(await SHA256.HashDataAsync(back.Content, ct), sent))
                throw new ObjectStoreException($"Store '{_target.Name}' did not give back what was written to '{key}'.");
        }

        await throttle.WaitAsync(size, ct);
        return (size, null);
    }
}
