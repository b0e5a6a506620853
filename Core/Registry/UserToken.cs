using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A single-use token handed to a person: a mailed password reset, or the ticket of a sign-in by a provider. Stored as SHA-256.</summary>
public sealed class UserToken
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid UserId { get; init; }

    /// <summary><c>password_reset</c> or <c>oidc_ticket</c>.</summary>
    public required string Purpose { get; init; }

    public required byte[] TokenHash { get; init; }

    /// <summary>For an <c>oidc_ticket</c>: the organization whose provider vouched.</summary>
    public Guid? BoundTo { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class UserTokenConfiguration : IEntityTypeConfiguration<UserToken>
{
    public void Configure(EntityTypeBuilder<UserToken> builder)
    {
        builder.Property(t => t.Purpose).HasMaxLength(50);
        builder.HasOne<User>().WithMany().HasForeignKey(t => t.UserId);
        builder.HasOne<Organization>().WithMany().HasForeignKey(t => t.BoundTo);
        builder.HasIndex(t => t.TokenHash).IsUnique();
        builder.ToTable(t => t.HasCheckConstraint("ck_user_tokens_token_hash", "octet_length(token_hash) = 32"));
    }
}
