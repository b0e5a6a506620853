using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>An asset's rows are gone: all of its objects go.</summary>
internal sealed class AssetPurgedConsumer(RegistryFactory registry, ObjectStores stores) : IConsumer<AssetPurged>
{
    public async Task ConsumeAsync(AssetPurged message, Guid messageId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(message.OrganizationId);
        if (await db.Assets.AnyAsync(asset => asset.Id == message.AssetId,
            ct)) throw new InvalidOperationException($"Asset {message.AssetId} is said to be purged, but its row is there.");
        await stores.DeletePrefixEverywhereAsync(ObjectKey.AssetPrefix(message.OrganizationId, message.AssetId), ct);
    }
}
