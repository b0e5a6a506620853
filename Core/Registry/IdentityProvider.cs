using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>An organization's OpenID Connect provider.</summary>
public sealed class IdentityProvider
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Issuer URL.</summary>
    public required string Authority { get; set; }

    public required string ClientId { get; set; }

    /// <summary>Encrypted under the master key.</summary>
    public required byte[] ProtectedClientSecret { get; set; }

    /// <summary>Role of people who sign in for the first time; null refuses those who were not invited.</summary>
    public Role? DefaultRole { get; set; }

    /// <summary>E-mail domains that may sign in; empty means any the provider vouches for.</summary>
    public string[] AllowedDomains { get; set; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

internal sealed class IdentityProviderConfiguration : IEntityTypeConfiguration<IdentityProvider>
{
    public void Configure(EntityTypeBuilder<IdentityProvider> builder)
    {
        builder.Property(p => p.Authority).HasMaxLength(1000);
        builder.Property(p => p.ClientId).HasMaxLength(255);
        builder.HasRowVersion(p => p.RowVersion);
        builder.BelongsToOrganization(p => p.OrganizationId);
        builder.HasIndex(p => p.OrganizationId).IsUnique();
        builder.ToTable(t => t.HasCheckConstraint("ck_identity_providers_default_role", RegistryModel.RoleCheck("default_role")));
    }
}
