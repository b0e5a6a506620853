using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A program's credential. The secret is 256 random bits, shown once and stored as SHA-256.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Set where the key is bound to one tenant.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>The public part of the key's text, unique over all organizations.</summary>
    public required string KeyId { get; init; }

    public required string Name { get; set; }

    /// <summary>SHA-256 of the secret, 32 bytes.</summary>
    public required byte[] SecretHash { get; set; }

    /// <summary>SHA-256 of the secret before the last rotation, accepted until <see cref="PreviousSecretValidUntil"/>.</summary>
    public byte[]? PreviousSecretHash { get; set; }

    public DateTimeOffset? PreviousSecretValidUntil { get; set; }

    public required string[] Scopes { get; set; }

    /// <summary>CIDR networks the key may be used from; empty means any.</summary>
    public string[] AllowedAddresses { get; set; } = [];

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public IPAddress? LastUsedAddress { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RotatedAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.Property(k => k.KeyId).HasMaxLength(50);
        builder.Property(k => k.Name).HasMaxLength(255);
        builder.HasRowVersion(k => k.RowVersion);
        builder.BelongsToOrganization(k => k.OrganizationId);
        builder.BelongsToTenant(nameof(ApiKey.OrganizationId), nameof(ApiKey.TenantId));
        builder.HasIndex(k => k.KeyId).IsUnique();
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_api_keys_secret_hash",
                "octet_length(secret_hash) = 32 AND (previous_secret_hash IS NULL OR octet_length(previous_secret_hash) = 32)");
            t.HasCheckConstraint("ck_api_keys_scopes", "cardinality(scopes) > 0");
        });
    }
}
