namespace ImageService.Core.Registry;

/// <summary>A workspace of a tenant that holds assets.</summary>
public sealed class Space
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; set; }

    /// <summary>Access of new assets; null inherits the policy <c>default_access</c>.</summary>
    public AssetAccess? DefaultAccess { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}
