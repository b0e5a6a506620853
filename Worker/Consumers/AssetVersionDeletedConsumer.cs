using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>A version was deleted: its variants go from every layer and every edge, then its row and all of its objects.</summary>
internal sealed class AssetVersionDeletedConsumer(RegistryFactory registry, Invalidator invalidator, ObjectStores stores) : IConsumer<AssetVersionDeleted>
{
    public async Task ConsumeAsync(AssetVersionDeleted message, Guid messageId, CancellationToken ct)
    {
        var target = new InvalidationTarget.OfVersion(new AssetId(message.AssetId), message.Version);
        await invalidator.InvalidateAsync(message.OrganizationId, target, ct);

        // Nothing can be published for it any more: the generation was raised after the version stopped being found.
        await using var db = registry.ForOrganization(message.OrganizationId);
        await db.AssetVersions.Where(row => row.AssetId == message.AssetId && row.Version == message.Version && row.DeletedAt != null).ExecuteDeleteAsync(ct);
        await stores.DeletePrefixEverywhereAsync(ObjectKey.VersionPrefix(message.OrganizationId, message.AssetId, message.Version), ct);
    }
}
