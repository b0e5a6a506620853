using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A signed-in browser or program of a person. The token is random and stored as SHA-256.</summary>
public sealed class UserSession
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid UserId { get; init; }

    /// <summary>SHA-256 of the token, 32 bytes.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>The one organization the session reaches, whose provider vouched for the person; null where the person signed in with a password.</summary>
    public Guid? BoundTo { get; init; }

    public IPAddress? Address { get; init; }

    public string? UserAgent { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastSeenAt { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}

internal sealed class UserSessionConfiguration : IEntityTypeConfiguration<UserSession>
{
    public void Configure(EntityTypeBuilder<UserSession> builder)
    {
        builder.Property(s => s.UserAgent).HasMaxLength(500);
        builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId);
        builder.HasOne<Organization>().WithMany().HasForeignKey(s => s.BoundTo);
        builder.HasIndex(s => s.TokenHash).IsUnique();
        builder.HasIndex(s => s.ExpiresAt);
        builder.ToTable(t => t.HasCheckConstraint("ck_user_sessions_token_hash", "octet_length(token_hash) = 32"));
    }
}
