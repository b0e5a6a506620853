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
internal sealed record WebhookResponse
{
    public required Guid Id { get; init; }

    public required string Url { get; init; }

    public required string[] Events { get; init; }

    public required string? Tenant { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>Why the newest event that was tried did not come through; null where it did, or none was tried.</summary>
    public required string? LastError { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static WebhookResponse Of(Webhook webhook, string? tenant, string? lastError) =>
        new()
        {
            Id = webhook.Id,
            Url = webhook.Url,
            Events = webhook.Events,
            Tenant = tenant,
            Enabled = webhook.Enabled,
            LastError = lastError,
            CreatedAt = webhook.CreatedAt,
            UpdatedAt = webhook.UpdatedAt,
        };
}

/// <summary>A webhook with its secret, shown once and never again.</summary>
internal sealed record WebhookSecretResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where events are posted.</summary>
    public required string Url { get; init; }

    /// <summary>Which.</summary>
    public required string[] Events { get; init; }

    /// <summary>Whose.</summary>
    public required string? Tenant { get; init; }

    /// <summary>Whether it is told.</summary>
    public required bool Enabled { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its UTF-8 bytes are the HMAC key of <c>X-ImageService-Signature</c>.</summary>
    public required string Secret { get; init; }

    /// <summary>Never the secret.</summary>
    public override string ToString() => Id.ToString();
}

/// <summary>One event on its way to a webhook.</summary>
internal sealed record WebhookDeliveryResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Which event.</summary>
    public required string Event { get; init; }

    /// <summary><c>pending</c>, <c>delivered</c> or <c>abandoned</c>.</summary>
    public required string State { get; init; }

    /// <summary>Attempts so far.</summary>
    public required int Attempts { get; init; }

    /// <summary>What the receiver answered last.</summary>
    public required int? LastStatusCode { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public required string? LastError { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is tried next.</summary>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When the receiver took it.</summary>
    public required DateTimeOffset? DeliveredAt { get; init; }

    public static WebhookDeliveryResponse Of(WebhookDelivery delivery) => new()
    {
        Id = delivery.Id,
        Event = delivery.Event,
        State = delivery.DeliveredAt is not null ? "delivered" : delivery.AbandonedAt is not null ? "abandoned" : "pending",
        Attempts = delivery.Attempts,
        LastStatusCode = delivery.LastStatusCode,
        LastError = delivery.LastError,
        CreatedAt = delivery.CreatedAt,
        NextAttemptAt = delivery.NextAttemptAt,
        DeliveredAt = delivery.DeliveredAt,
    };
}
