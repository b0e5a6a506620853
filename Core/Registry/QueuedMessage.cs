using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>
/// A fact written straight into the queue, where the queue is a table of the same database: it is published if and only if its unit of work commits.
/// Written only; the queue reads its own table.
/// </summary>
public sealed class QueuedMessage
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Message type, such as <c>asset_uploaded</c>.</summary>
    public required string Type { get; init; }

    /// <summary>JSON of the message record.</summary>
    public required string Body { get; init; }

    /// <summary>W3C <c>traceparent</c> of the request or job that wrote it; null where nobody traced.</summary>
    public string? TraceParent { get; init; }
}

internal sealed class QueuedMessageConfiguration : IEntityTypeConfiguration<QueuedMessage>
{
    public void Configure(EntityTypeBuilder<QueuedMessage> builder)
    {
        // The table is the queue's own, made by its script; the columns that are not named here have defaults.
        builder.ToTable("messages", "queue", table => table.ExcludeFromMigrations());
        builder.Property(m => m.Body).HasColumnType("jsonb");
    }
}
