using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A person with a portal account; may be a member of several organizations.</summary>
public sealed class User
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Lower case.</summary>
    public required string Email { get; set; }

    public required string Name { get; set; }

    /// <summary>PHC-style text of the password hash; null for people who sign in by OIDC only.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>TOTP secret, encrypted under the master key; null where no second factor is set.</summary>
    public byte[]? ProtectedTotpSecret { get; set; }

    /// <summary>Last accepted TOTP time step, so that a code works once.</summary>
    public long LastTotpStep { get; set; }

    /// <summary>SHA-256 of each unused recovery code, hex.</summary>
    public string[] RecoveryCodeHashes { get; set; } = [];

    /// <summary>Whether the person runs the installation: sees its health, limits, stores and queues.</summary>
    public bool IsAdministrator { get; set; }

    public int FailedSignIns { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.Property(u => u.Email).HasMaxLength(320);
        builder.Property(u => u.Name).HasMaxLength(255);
        builder.Property(u => u.PasswordHash).HasMaxLength(500);
        builder.Property(u => u.IsAdministrator).HasDefaultValue(false);
        builder.HasRowVersion(u => u.RowVersion);
        builder.HasIndex(u => u.Email).IsUnique();
        builder.ToTable(t => t.HasCheckConstraint("ck_users_email", "email = lower(email)"));
    }
}
