using System.Text.Json.Nodes;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>A quota is nearly used up: who asked is told.</summary>
internal sealed class QuotaWarningConsumer(RegistryFactory registry, WebhookEvents events, WebhookQueue webhooks) : IConsumer<QuotaWarning>
{
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
