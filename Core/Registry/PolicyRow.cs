namespace ImageService.Core.Registry;

/// <summary>One policy value set at one level.</summary>
public sealed class PolicyRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required PolicyLevel Level { get; init; }

    /// <summary>Id of the organization, tenant or space.</summary>
    public required Guid ScopeId { get; init; }

    /// <summary>A key of the policy table, such as <c>max_output_width</c>.</summary>
    public required string Key { get; init; }

    /// <summary>JSON value of the key's type.</summary>
    public required string Value { get; set; }

    /// <summary>Whether lower levels may not set this key.</summary>
    public bool Locked { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Where a policy is set, highest first.</summary>
public enum PolicyLevel
{
    Organization,
    Tenant,
    Space,
}
