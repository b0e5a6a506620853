namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record WebhookResponse
{
    public required Guid Id { get; init; }

    public required string Url { get; init; }

    public required IReadOnlyList<string> Events { get; init; }

    public required string? Tenant { get; init; }

    public required bool Enabled { get; init; }

    public string? LastError { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public sealed record CreateWebhookRequest(string Url, IReadOnlyList<string> Events, string? Tenant);

public sealed record UpdateWebhookRequest(string? Url, IReadOnlyList<string>? Events, bool? Enabled);

public sealed record WebhookSecretResponse(Guid Id, string Url, string Secret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(WebhookSecretResponse);
}

public sealed record WebhookDeliveryResponse
{
    public required Guid Id { get; init; }

    public required string Event { get; init; }

    public required string State { get; init; }

    public required int Attempts { get; init; }

    public required int? LastStatusCode { get; init; }

    public required string? LastError { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? NextAttemptAt { get; init; }

    public required DateTimeOffset? DeliveredAt { get; init; }
}
