namespace ImageService.Core.Registry;

/// <summary>A fact to be published, written in the transaction that made it true.</summary>
public sealed class OutboxMessage
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Message type, such as <c>asset_uploaded</c>.</summary>
    public required string Type { get; init; }

    /// <summary>JSON of the message record.</summary>
    public required string Body { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? PublishedAt { get; set; }

    public int Attempts { get; set; }
}
