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
}

/// <summary>What a member may do, from everything to looking.</summary>
public enum Role
{
    Owner,
    Admin,
    Editor,
    Viewer,
}
