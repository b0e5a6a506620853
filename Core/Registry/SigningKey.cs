using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A tenant's secret for signed URLs, encrypted at rest.</summary>
public sealed class SigningKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    /// <summary>Key id as it stands in URLs; unique over all tenants.</summary>
    public required string Kid { get; init; }

    /// <summary>The 32 bytes of the HMAC key, encrypted under the master key.</summary>
    public required byte[] ProtectedSecret { get; set; }

    public required SigningKeyState State { get; set; }

    /// <summary>End of the grace period of a <see cref="SigningKeyState.VerifyOnly"/> key.</summary>
    public DateTimeOffset? VerifyUntil { get; set; }

    public long VerifiedRequests { get; set; }

    public DateTimeOffset? LastVerifiedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

/// <summary>A signing key's life: signs and verifies, only verifies, neither any more, taken away at once.</summary>
public enum SigningKeyState
{
    Active,
    VerifyOnly,
    Retired,
    Revoked,
}

internal sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.Property(k => k.Kid).HasMaxLength(50);
        builder.HasRowVersion(k => k.RowVersion);
        builder.BelongsToTenant(nameof(SigningKey.OrganizationId), nameof(SigningKey.TenantId));
        builder.HasIndex(k => k.Kid).IsUnique();
        builder.ToTable(t => t.HasCheckConstraint("ck_signing_keys_state", "state IN ('active', 'verify_only', 'retired', 'revoked')"));
    }
}
