using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A person's role at an organization, tenant or space; an invitation until the person accepts it.</summary>
public sealed class Member
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Null at organization level.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Null at organization and tenant level.</summary>
    public Guid? SpaceId { get; init; }

    /// <summary>Null while the invitation is open.</summary>
    public Guid? UserId { get; set; }

    /// <summary>Lower case.</summary>
    public required string Email { get; init; }

    public required Role Role { get; set; }

    /// <summary>SHA-256 of the invitation's token; null once accepted.</summary>
    public byte[]? InvitationHash { get; set; }

    public DateTimeOffset? InvitationExpiresAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? AcceptedAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

/// <summary>What a member may do, from everything to looking.</summary>
public enum Role
{
    Owner,
    Admin,
    Editor,
    Viewer,
}

internal sealed class MemberConfiguration : IEntityTypeConfiguration<Member>
{
    public void Configure(EntityTypeBuilder<Member> builder)
    {
        builder.Property(m => m.Email).HasMaxLength(320);
        builder.HasRowVersion(m => m.RowVersion);
        builder.BelongsToOrganization(m => m.OrganizationId);
        builder.BelongsToTenant(nameof(Member.OrganizationId), nameof(Member.TenantId));
        builder.BelongsToSpace(nameof(Member.OrganizationId), nameof(Member.TenantId), nameof(Member.SpaceId));
        builder.HasOne<User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(m => new { m.OrganizationId, m.TenantId, m.SpaceId, m.Email }).IsUnique().AreNullsDistinct(false);
        builder.HasIndex(m => m.InvitationHash).IsUnique();
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_members_role", RegistryModel.RoleCheck("role"));
            t.HasCheckConstraint("ck_members_email", "email = lower(email)");
            t.HasCheckConstraint("ck_members_level", "space_id IS NULL OR tenant_id IS NOT NULL");
        });
    }
}
