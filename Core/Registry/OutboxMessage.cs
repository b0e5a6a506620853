using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

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

    /// <summary>W3C <c>traceparent</c> of the request or job that wrote it; null where nobody traced.</summary>
    public string? TraceParent { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? PublishedAt { get; set; }

    public int Attempts { get; set; }
}

internal sealed class OutboxMessageConfiguration : IEntityTypeConfiguration<OutboxMessage>
{
    public void Configure(EntityTypeBuilder<OutboxMessage> builder)
    {
        builder.Property(m => m.Type).HasMaxLength(100);
        builder.Property(m => m.Body).HasColumnType("jsonb");
        builder.Property(m => m.TraceParent).HasMaxLength(55);

        // The relay reads the oldest unpublished; published rows leave the index.
        builder.HasIndex(m => m.Id).HasDatabaseName("ix_outbox_messages_unpublished").HasFilter("published_at IS NULL");
        builder.HasIndex(m => m.PublishedAt).HasFilter("published_at IS NOT NULL");
    }
}
