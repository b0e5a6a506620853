using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>The name that an asset had at the service before: URLs of a <see cref="DialectHost"/> find it by this.</summary>
public sealed class AssetAlias
{
    /// <summary>Longest path, characters.</summary>
    public const int MaxPathLength = 600;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    /// <summary>Lower case, without port.</summary>
    public required string Hostname { get; init; }

    /// <summary>Decoded once, without its leading slash; for Cloudinary the public id without extension.</summary>
    public required string Path { get; init; }

    public required Guid AssetId { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class AssetAliasConfiguration : IEntityTypeConfiguration<AssetAlias>
{
    public void Configure(EntityTypeBuilder<AssetAlias> builder)
    {
        builder.Property(a => a.Hostname).HasMaxLength(253);
        builder.Property(a => a.Path).HasMaxLength(AssetAlias.MaxPathLength);
        builder.BelongsToSpace(nameof(AssetAlias.OrganizationId), nameof(AssetAlias.TenantId), nameof(AssetAlias.SpaceId));
        builder.HasOne<Asset>().WithMany().HasForeignKey(a => new { a.OrganizationId, a.SpaceId, a.AssetId })
            .HasPrincipalKey(a => new { a.OrganizationId, a.SpaceId, a.Id }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(a => new { a.SpaceId, a.Hostname, a.Path }).IsUnique();
        builder.HasIndex(a => new { a.OrganizationId, a.SpaceId, a.AssetId });
        builder.ToTable("aliases");
    }
}
