using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Webhooks;

/// <summary>A new webhook.</summary>
/// <param name="Url">Where events are posted; https, reachable on a public address.</param>
/// <param name="Events">Which: <c>asset.uploaded</c>, <c>asset.deleted</c>, <c>variant.ready</c>, <c>quota.warning</c>.</param>
/// <param name="Tenant">Slug of the one tenant whose events are told; left out: all.</param>
internal sealed record CreateWebhookRequest(string? Url, string[]? Events, string? Tenant);

/// <summary>Changes to a webhook; what is left out stays.</summary>
internal sealed record UpdateWebhookRequest(string? Url, string[]? Events, bool? Enabled);

/// <summary>A webhook, without its secret.</summary>
internal sealed record WebhookResponse(Guid Id, string Url, string[] Events, string? Tenant, bool Enabled, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static WebhookResponse Of(Webhook webhook, string? tenant) =>
        new(webhook.Id, webhook.Url, webhook.Events, tenant, webhook.Enabled, webhook.CreatedAt, webhook.UpdatedAt);
}

/// <summary>A webhook with its secret, shown once and never again.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Where events are posted.</param>
/// <param name="Events">Which.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Enabled">Whether it is told.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Secret">Its UTF-8 bytes are the HMAC key of <c>X-ImageService-Signature</c>.</param>
internal sealed record WebhookSecretResponse(Guid Id, string Url, string[] Events, string? Tenant, bool Enabled, DateTimeOffset CreatedAt, string Secret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => Id.ToString();
}

/// <summary>One event on its way to a webhook.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Event">Which event.</param>
/// <param name="State"><c>pending</c>, <c>delivered</c> or <c>abandoned</c>.</param>
/// <param name="Attempts">Attempts so far.</param>
/// <param name="LastStatusCode">What the receiver answered last.</param>
/// <param name="LastError">Why the last attempt failed.</param>
/// <param name="CreatedAt">When it happened.</param>
/// <param name="NextAttemptAt">When it is tried next.</param>
/// <param name="DeliveredAt">When the receiver took it.</param>
internal sealed record WebhookDeliveryResponse(
    Guid Id,
    string Event,
    string State,
    int Attempts,
    int? LastStatusCode,
    string? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? DeliveredAt)
{
    public static WebhookDeliveryResponse Of(WebhookDelivery delivery) => new(
        delivery.Id,
        delivery.Event,
        delivery.DeliveredAt is not null ? "delivered" : delivery.AbandonedAt is not null ? "abandoned" : "pending",
        delivery.Attempts,
        delivery.LastStatusCode,
        delivery.LastError,
        delivery.CreatedAt,
        delivery.NextAttemptAt,
        delivery.DeliveredAt);
}
