using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A font that an organization uploaded for the texts of its overlays. Never changed: another file is another font.</summary>
public sealed class Font
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>As overlays name it: <c>[a-z0-9_]{1,100}</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>As the file says: <c>Noto Sans</c>.</summary>
    public required string Family { get; init; }

    /// <summary>As the file says: <c>Bold</c>.</summary>
    public required string Style { get; init; }

    /// <summary>Scripts it has letters of, by ISO 15924: <c>Latn</c>, <c>Arab</c>.</summary>
    public string[] Scripts { get; init; } = [];

    /// <summary>How many glyphs it has.</summary>
    public int Glyphs { get; init; }

    /// <summary>Bytes.</summary>
    public int SizeBytes { get; init; }

    /// <summary>SHA-256 of <see cref="Content"/>, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The file, TrueType or OpenType. Kept beside its row: there are few, and they outlive moves between stores.</summary>
    public required byte[] Content { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class FontConfiguration : IEntityTypeConfiguration<Font>
{
    public void Configure(EntityTypeBuilder<Font> builder)
    {
        builder.Property(f => f.Slug).HasMaxLength(100);
        builder.Property(f => f.Family).HasMaxLength(255);
        builder.Property(f => f.Style).HasMaxLength(255);
        builder.Property(f => f.ContentHash).HasMaxLength(64);
        builder.BelongsToOrganization(f => f.OrganizationId);
        builder.HasIndex(f => new { f.OrganizationId, f.Slug }).IsUnique();
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_fonts_slug", "slug ~ '^[a-z0-9_]{1,100}$'");
            t.HasCheckConstraint("ck_fonts_content_hash", RegistryModel.ContentHashCheck);
        });
    }
}
