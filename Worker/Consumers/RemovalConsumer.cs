using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>Objects whose rows are gone from the registry go from the stores.</summary>
internal sealed class RemovalConsumer(RegistryFactory registry, ObjectStores stores)
    : IConsumer<AssetPurged>, IConsumer<VariantsInvalidated>
{
    /// <summary>An asset's rows are gone: all of its objects go.</summary>
    public async Task ConsumeAsync(AssetPurged message, Guid messageId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(message.OrganizationId);
        if (await db.Assets.AnyAsync(asset => asset.Id == message.AssetId, ct))
            throw new InvalidOperationException($"Asset {message.AssetId} is said to be purged, but its row is there.");
        await stores.DeletePrefixEverywhereAsync(ObjectKey.AssetPrefix(message.OrganizationId, message.AssetId), ct);
    }

    /// <summary>Rows of variants are gone: their objects go too, unless a request has made the same variant again meanwhile.</summary>
    public async Task ConsumeAsync(VariantsInvalidated message, Guid messageId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(message.OrganizationId);
        string[] keys = [.. message.StorageKeys];
        Guid[] assets = [.. keys.Select(AssetOf).Distinct()];
        var remade = await db.Variants.Where(variant => assets.Contains(variant.AssetId) && keys.Contains(variant.StorageKey))
            .Select(variant => variant.StorageKey).ToListAsync(ct);
        await stores.DeleteEverywhereAsync([.. keys.Except(remade, StringComparer.Ordinal)], ct);
    }

    private static Guid AssetOf(string key) => ObjectKeyReader.TryReadAsset(key, out var assetId, out _)
        ? assetId
        : throw new InvalidOperationException($"'{key}' is no key of an asset.");
}
