using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Webhooks;

/// <summary>Turns an event into one delivery per webhook that asked for it. The same event announced twice makes no second delivery.</summary>
public sealed class WebhookEvents(RegistryFactory registry, TimeProvider time)
{
    public const string AssetUploaded = "asset.uploaded";
    public const string AssetDeleted = "asset.deleted";
    public const string VariantReady = "variant.ready";
    public const string QuotaWarning = "quota.warning";

    /// <summary>Every event a webhook can ask for.</summary>
    public static IReadOnlyList<string> All { get; } = [AssetUploaded, AssetDeleted, VariantReady, QuotaWarning];

    /// <summary>Records the deliveries of an event.</summary>
    /// <param name="organizationId">Whose event.</param>
    /// <param name="tenantId">Tenant it concerns; webhooks bound to another tenant are not told.</param>
    /// <param name="name">One of <see cref="All"/>.</param>
    /// <param name="eventId">Id of the fact; the receiver sees it as <c>id</c> and can tell repetitions by it.</param>
    /// <param name="data">What the receiver is told.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Ids of the deliveries that are still to be made.</returns>
    public async Task<IReadOnlyList<Guid>> AnnounceAsync(Guid organizationId, Guid? tenantId, string name, Guid eventId, JsonObject data, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var webhooks = await db.Webhooks.AsNoTracking()
            .Where(hook => hook.Enabled && hook.Events.Contains(name) && (hook.TenantId == null || hook.TenantId == tenantId))
            .Select(hook => hook.Id).ToListAsync(ct);
        if (webhooks.Count == 0)
            return [];
        var now = time.GetUtcNow();
        var body = Body(eventId, name, now, data);
        var ids = webhooks.ConvertAll(hook => DeliveryId(eventId, hook));
        await InsertAsync(db, organizationId, [.. ids], [.. webhooks], name, body, now, ct);
        return await db.WebhookDeliveries.Where(delivery => ids.Contains(delivery.Id) && delivery.DeliveredAt == null && delivery.AbandonedAt == null)
            .Select(delivery => delivery.Id).ToListAsync(ct);
    }

    private static string Body(Guid eventId, string name, DateTimeOffset now, JsonObject data) =>
        new JsonObject { ["id"] = eventId.ToString(), ["event"] = name, ["at"] = now.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"), ["data"] = data }
            .ToJsonString(JsonSerializerOptions.Default);

    private static Task<int> InsertAsync(
        RegistryDb db, Guid organizationId, Guid[] ids, Guid[] webhooks, string name, string body, DateTimeOffset now, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO webhook_deliveries (id, organization_id, webhook_id, event, body, attempts, created_at, next_attempt_at)
            SELECT i, {organizationId}, w, {name}, {body}::jsonb, 0, {now}, {now} FROM unnest({ids}, {webhooks}) AS x(i, w)
            ON CONFLICT (id) DO NOTHING
            """,
            ct);

    /// <summary>Made of event and webhook, so that announcing twice finds the row of the first time.</summary>
    private static Guid DeliveryId(Guid eventId, Guid webhookId)
    {
        Span<byte> bytes = stackalloc byte[32], hash = stackalloc byte[32];
        eventId.TryWriteBytes(bytes, bigEndian: true, out _);
        webhookId.TryWriteBytes(bytes[16..], bigEndian: true, out _);
        SHA256.HashData(bytes, hash);

        // RFC 9562 section 5.8: version 8, custom content.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
