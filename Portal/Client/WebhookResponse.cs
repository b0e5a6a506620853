namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record WebhookResponse(Guid Id, string Url, IReadOnlyList<string> Events, string? Tenant, bool Enabled, DateTimeOffset CreatedAt);

public sealed record CreateWebhookRequest(string Url, IReadOnlyList<string> Events, string? Tenant);

public sealed record UpdateWebhookRequest(string? Url, IReadOnlyList<string>? Events, bool? Enabled);

public sealed record WebhookSecretResponse(Guid Id, string Url, string Secret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(WebhookSecretResponse);
}

public sealed record WebhookDeliveryResponse(
    Guid Id, string Event, string State, int Attempts, int? LastStatusCode, string? LastError, DateTimeOffset CreatedAt, DateTimeOffset? NextAttemptAt,
    DateTimeOffset? DeliveredAt);
