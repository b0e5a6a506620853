using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A resumable (tus) or direct-to-store upload that is not an asset yet.</summary>
public sealed class Upload
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    public required UploadKind Kind { get; init; }

    /// <summary>Announced length, bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Bytes safely stored so far.</summary>
    public long Offset { get; set; }

    /// <summary>Object keys of the stored pieces, in order; appended in the same conditional UPDATE that moves <see cref="Offset"/>.</summary>
    public string[] Parts { get; set; } = [];

    /// <summary>Parsed <c>Upload-Metadata</c> (filename, folder, tags, access): a JSON object.</summary>
    public required string Metadata { get; init; }

    public Guid? CreatedBy { get; init; }

    /// <summary>The asset made of it; set when complete.</summary>
    public Guid? AssetId { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>How an upload's bytes arrive.</summary>
public enum UploadKind
{
    /// <summary>In pieces, through the Api (tus 1.0.0).</summary>
    Tus,

    /// <summary>By a PUT to a presigned URL.</summary>
    Presigned,
}

internal sealed class UploadConfiguration : IEntityTypeConfiguration<Upload>
{
    public void Configure(EntityTypeBuilder<Upload> builder)
    {
        builder.Property(u => u.Metadata).HasColumnType("jsonb");
        builder.BelongsToSpace(nameof(Upload.OrganizationId), nameof(Upload.TenantId), nameof(Upload.SpaceId));
        builder.HasIndex(u => u.ExpiresAt);
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_uploads_kind", "kind IN ('tus', 'presigned')");
            t.HasCheckConstraint("ck_uploads_offset", "\"offset\" BETWEEN 0 AND length");
        });
    }
}
