using System.Text.Json.Nodes;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>What webhooks alone are told of.</summary>
internal sealed class WebhookConsumer(RegistryFactory registry, WebhookEvents events, WebhookQueue webhooks)
    : IConsumer<VariantReady>, IConsumer<QuotaWarning>
{
    /// <summary>A variant was made in the background: who asked is told.</summary>
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

    /// <summary>A quota is nearly used up: who asked is told.</summary>
    public async Task ConsumeAsync(QuotaWarning message, Guid messageId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(message.OrganizationId);
        var tenant = await db.Tenants.Where(row => row.Id == message.ScopeId).Select(row => new { row.Id, row.Slug }).SingleOrDefaultAsync(ct);
        var space = await db.Spaces.Where(row => row.Id == message.ScopeId).Select(row => new { row.TenantId, row.Slug }).SingleOrDefaultAsync(ct);
        var organization = await db.Organizations.Where(row => row.Id == message.OrganizationId).Select(row => row.Slug).SingleOrDefaultAsync(ct);
        var data = new JsonObject
        {
            ["level"] = space is not null ? "space" : tenant is not null ? "tenant" : "organization",
            ["slug"] = space?.Slug ?? tenant?.Slug ?? organization,
            ["kind"] = message.Kind,
            ["used"] = message.Used,
            ["limit"] = message.Limit,
        };
        var deliveries = await events.AnnounceAsync(message.OrganizationId, tenant?.Id ?? space?.TenantId, WebhookEvents.QuotaWarning, messageId, data, ct);
        webhooks.Enqueue(message.OrganizationId, deliveries);
    }
}
