using System.Text.Json.Nodes;
using ImageService.Core.Registry;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>Tells webhooks what happened to an asset.</summary>
internal sealed class AssetEvents(RegistryFactory registry, WebhookEvents events, WebhookQueue webhooks)
{
    /// <param name="organizationId">Whose asset.</param>
    /// <param name="assetId">Which.</param>
    /// <param name="version">Version to describe; null for the current one.</param>
    /// <param name="name">One of <see cref="WebhookEvents.All"/>.</param>
    /// <param name="eventId">Id of the message.</param>
    /// <param name="ct">Cancels.</param>
    public async Task AnnounceAsync(Guid organizationId, Guid assetId, int? version, string name, Guid eventId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var found = await (
            from asset in db.Assets.AsNoTracking()
            join tenant in db.Tenants on asset.TenantId equals tenant.Id
            join space in db.Spaces on asset.SpaceId equals space.Id
            where asset.Id == assetId
            select new { asset, tenant = tenant.Slug, space = space.Slug }).SingleOrDefaultAsync(ct);

        // Purged meanwhile: there is nothing left to tell of.
        if (found is null)
            return;
        var number = version ?? found.asset.CurrentVersion;
        var content = await db.AssetVersions.AsNoTracking().SingleOrDefaultAsync(row => row.AssetId == assetId && row.Version == number, ct);
        var data = Describe(found.asset, found.tenant, found.space, number, content);
        webhooks.Enqueue(organizationId, await events.AnnounceAsync(organizationId, found.asset.TenantId, name, eventId, data, ct));
    }

    private static JsonObject Describe(Asset asset, string tenant, string space, int version, AssetVersion? content) => new()
    {
        ["id"] = new AssetId(asset.Id).ToString(),
        ["version"] = version,
        ["tenant"] = tenant,
        ["space"] = space,
        ["folder"] = asset.Folder,
        ["filename"] = asset.Filename,
        ["tags"] = new JsonArray([.. asset.Tags.Select(tag => JsonValue.Create(tag))]),
        ["access"] = SnakeCase.Write(asset.Access),
        ["format"] = content?.Format,
        ["width"] = content?.Width,
        ["height"] = content?.Height,
        ["sizeBytes"] = content?.SizeBytes,
        ["contentHash"] = content?.ContentHash,
    };
}
