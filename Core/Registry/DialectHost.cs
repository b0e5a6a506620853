using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A customer's own host name whose URLs, in the dialect of the service before, lead to images of one space.</summary>
public sealed class DialectHost
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    /// <summary>Lower case, without port. Once verified it belongs to one space in the world.</summary>
    public required string Hostname { get; init; }

    public required UrlDialect Dialect { get; set; }

    /// <summary>Keys of the dialect's signatures as JSON, encrypted under the master key; null where there are none.</summary>
    public byte[]? ProtectedKeys { get; set; }

    /// <summary>Whether URLs without a signature reach public images.</summary>
    public bool AllowUnsigned { get; set; }

    /// <summary>Whether options that have no counterpart are dropped instead of refused.</summary>
    public bool Lenient { get; set; }

    /// <summary>What DNS or the present server must show before the host is served.</summary>
    public required string Challenge { get; init; }

    /// <summary>When that was seen; null: not served yet.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

/// <summary>Whose URLs a host understands.</summary>
public enum UrlDialect
{
    /// <summary>This service's own.</summary>
    Native,
    Imgproxy,

    /// <summary>thumbor, and imagor, which takes the same.</summary>
    Thumbor,
    Cloudinary,
    Imgix,

    /// <summary>The image component of Next.js.</summary>
    Next,
    Ipx,
    Cloudflare,
}

internal sealed class DialectHostConfiguration : IEntityTypeConfiguration<DialectHost>
{
    public void Configure(EntityTypeBuilder<DialectHost> builder)
    {
        builder.Property(h => h.Hostname).HasMaxLength(253);
        builder.Property(h => h.Challenge).HasMaxLength(64);
        builder.HasRowVersion(h => h.RowVersion);
        builder.BelongsToSpace(nameof(DialectHost.OrganizationId), nameof(DialectHost.TenantId), nameof(DialectHost.SpaceId));
        builder.HasIndex(h => new { h.SpaceId, h.Hostname }).IsUnique();

        // A claim that nobody proved keeps nobody out.
        builder.HasIndex(h => h.Hostname).IsUnique().HasFilter("verified_at IS NOT NULL");
        builder.ToTable("hosts", t =>
        {
            t.HasCheckConstraint("ck_hosts_dialect", "dialect IN ('native', 'imgproxy', 'thumbor', 'cloudinary', 'imgix', 'next', 'ipx', 'cloudflare')");
            t.HasCheckConstraint("ck_hosts_hostname", "hostname = lower(hostname)");
        });
    }
}
