using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>Rows of variants are gone: their objects go too, unless a request has made the same variant again meanwhile.</summary>
internal sealed class VariantsInvalidatedConsumer(RegistryFactory registry, ObjectStores stores) : IConsumer<VariantsInvalidated>
{
    public async Task ConsumeAsync(VariantsInvalidated message, Guid messageId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(message.OrganizationId);
        List<string> gone = [];
        foreach (var key in message.StorageKeys)
        {
            if (!ObjectKeyReader.TryReadAsset(key, out var assetId, out var version))
                throw new InvalidOperationException($"'{key}' is no key of an asset.");
            var remade = await db.Variants.AnyAsync(variant => variant.AssetId == assetId && variant.Version == version && variant.StorageKey == key, ct);
            if (!remade)
                gone.Add(key);
        }

        await stores.DeleteEverywhereAsync(gone, ct);
    }
}
