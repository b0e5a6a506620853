using System.Text.Json.Nodes;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>A variant was made in the background: who asked is told.</summary>
internal sealed class VariantReadyConsumer(RegistryFactory registry, WebhookEvents events, WebhookQueue webhooks) : IConsumer<VariantReady>
{
    public async Task ConsumeAsync(VariantReady message, Guid messageId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(message.OrganizationId);
        var found = await db.Variants.AsNoTracking()
            .Where(variant => variant.AssetId == message.AssetId && variant.Version == message.Version && variant.OperationsHash == message.OperationsHash)
            .Join(db.Assets, variant => variant.AssetId, asset => asset.Id, (variant, asset) => new { variant, asset.TenantId }).SingleOrDefaultAsync(ct);
        if (found is null)
            return;
        var data = new JsonObject
        {
            ["asset"] = new AssetId(message.AssetId).ToString(),
            ["version"] = message.Version,
            ["operations"] = found.variant.Operations,
            ["format"] = found.variant.Format,
            ["preset"] = found.variant.Preset,
            ["width"] = found.variant.Width,
            ["height"] = found.variant.Height,
            ["sizeBytes"] = found.variant.SizeBytes,
        };
        webhooks.Enqueue(message.OrganizationId,
            await events.AnnounceAsync(message.OrganizationId, found.TenantId, WebhookEvents.VariantReady, messageId, data, ct));
    }
}
