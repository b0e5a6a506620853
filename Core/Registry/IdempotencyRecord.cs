using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>The answer to a request that carried an <c>Idempotency-Key</c>, replayed when the same caller sends it again within a day.</summary>
public sealed class IdempotencyRecord
{
    public required Guid OrganizationId { get; init; }

    /// <summary>SHA-256 (hex) of caller, method, path and key.</summary>
    public required string KeyHash { get; init; }

    /// <summary>SHA-256 (hex) of the request body, so that a reused key with another body is told.</summary>
    public required string RequestHash { get; init; }

    /// <summary>Null while the first request runs.</summary>
    public int? StatusCode { get; set; }

    public string? ContentType { get; set; }

    /// <summary>The body is encrypted under the master key: it may hold a secret shown once.</summary>
    public byte[]? ProtectedBody { get; set; }

    public string? Location { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class IdempotencyRecordConfiguration : IEntityTypeConfiguration<IdempotencyRecord>
{
    public void Configure(EntityTypeBuilder<IdempotencyRecord> builder)
    {
        builder.HasKey(r => new { r.OrganizationId, r.KeyHash });
        builder.Property(r => r.KeyHash).HasMaxLength(64);
        builder.Property(r => r.RequestHash).HasMaxLength(64);
        builder.Property(r => r.ContentType).HasMaxLength(100);
        builder.Property(r => r.Location).HasMaxLength(2000);
        builder.HasIndex(r => r.CreatedAt);
    }
}
