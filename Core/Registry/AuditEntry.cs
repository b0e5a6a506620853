using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>
/// One line of an organization's audit log. Append-only; a database trigger numbers the lines of an organization without gaps
/// and chains each to the one before by SHA-256.
/// </summary>
public sealed class AuditEntry
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Counts from 1 within the organization; set by the database when the transaction commits.</summary>
    public long? Sequence { get; private set; }

    public DateTimeOffset At { get; init; }

    public required ActorType ActorType { get; init; }

    public Guid? ActorId { get; init; }

    public required string ActorName { get; init; }

    /// <summary>Dotted, past tense of what was done: <c>asset.uploaded</c>, <c>policy.set</c>, <c>access.refused</c>.</summary>
    public required string Action { get; init; }

    /// <summary><c>asset</c>, <c>space</c>, <c>policy</c>…</summary>
    public required string ResourceType { get; init; }

    /// <summary>The id or slug the API shows for the resource.</summary>
    public string? ResourceId { get; init; }

    public IPAddress? Ip { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>JSON of what changed, before; secrets are never in it.</summary>
    public string? Before { get; init; }

    /// <summary>JSON of what changed, after; secrets are never in it.</summary>
    public string? After { get; init; }

    /// <summary>SHA-256 chain value, 32 bytes; set by the database when the transaction commits.</summary>
    public byte[]? Hash { get; private set; }
}

/// <summary>Kind of actor.</summary>
public enum ActorType
{
    System,
    Platform,
    ApiKey,
    User,
    Anonymous,
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.Property(a => a.Sequence).NeverWritten();
        builder.Property(a => a.Hash).NeverWritten();
        builder.Property(a => a.ActorName).HasMaxLength(255);
        builder.Property(a => a.Action).HasMaxLength(100);
        builder.Property(a => a.ResourceType).HasMaxLength(50);
        builder.Property(a => a.ResourceId).HasMaxLength(255);
        builder.Property(a => a.UserAgent).HasMaxLength(500);
        builder.Property(a => a.Before).HasColumnType("jsonb");
        builder.Property(a => a.After).HasColumnType("jsonb");
        builder.HasIndex(a => new { a.OrganizationId, a.Sequence }).IsUnique();
        builder.HasIndex(a => new { a.OrganizationId, a.At });
        builder.ToTable(t => t.HasCheckConstraint("ck_audit_logs_actor_type", "actor_type IN ('system', 'platform', 'api_key', 'user', 'anonymous')"));
    }
}
