using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>What the entities' configurations share: boundaries as foreign keys, row versions, checks.</summary>
internal static class RegistryModel
{
    public const string SlugCheck = "slug ~ '^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$'";

    public const string ContentHashCheck = "content_hash ~ '^[0-9a-f]{64}$'";

    public const string TierCheck = "tier IN ('hot', 'warm', 'cold')";

    public static string RoleCheck(string column) => $"{column} IN ('owner', 'admin', 'editor', 'viewer')";

    /// <summary>PostgreSQL's <c>xmin</c>, which every write of the row changes.</summary>
    public static void HasRowVersion<T>(this EntityTypeBuilder<T> builder, Expression<Func<T, uint>> property)
        where T : class =>
        builder.Property(property).IsRowVersion().HasColumnName("xmin").HasColumnType("xid");

    public static void BelongsToOrganization<T>(this EntityTypeBuilder<T> builder, Expression<Func<T, object?>> organizationId)
        where T : class =>
        builder.HasOne<Organization>().WithMany().HasForeignKey(organizationId).OnDelete(DeleteBehavior.Cascade);

    /// <summary>Refers to a tenant together with its organization, so that a row cannot point across the boundary.</summary>
    public static void BelongsToTenant<T>(this EntityTypeBuilder<T> builder, string organizationId, string tenantId)
        where T : class =>
        builder.HasOne<Tenant>().WithMany().HasForeignKey(organizationId, tenantId)
            .HasPrincipalKey(t => new { t.OrganizationId, t.Id }).OnDelete(DeleteBehavior.Cascade);

    /// <summary>Refers to a space together with its tenant and organization.</summary>
    public static void BelongsToSpace<T>(this EntityTypeBuilder<T> builder, string organizationId, string tenantId, string spaceId)
        where T : class =>
        builder.HasOne<Space>().WithMany().HasForeignKey(organizationId, tenantId, spaceId)
            .HasPrincipalKey(s => new { s.OrganizationId, s.TenantId, s.Id }).OnDelete(DeleteBehavior.Cascade);

    /// <summary>Written by a trigger at commit: never sent.</summary>
    public static void NeverWritten<T>(this PropertyBuilder<T> property)
    {
        property.Metadata.SetBeforeSaveBehavior(PropertySaveBehavior.Ignore);
        property.Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
    }
}
