using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A bulk import of a ZIP or of a bucket prefix, with its progress.</summary>
public sealed class ImportJob
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    public required ImportSource Source { get; init; }

    /// <summary>Staging key of the ZIP, or the prefix.</summary>
    public required string SourceKey { get; init; }

    /// <summary>Folder, tags and access of what is imported: a JSON object.</summary>
    public required string Defaults { get; init; }

    public required ImportState State { get; set; }

    public int Total { get; set; }

    public int Imported { get; set; }

    public int Deduplicated { get; set; }

    /// <summary>JSON array of <c>{name, code, detail}</c> for the entries refused (first 1000).</summary>
    public string Failures { get; set; } = "[]";

    public int Failed { get; set; }

    public Guid? CreatedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>What is imported.</summary>
public enum ImportSource
{
    /// <summary>A ZIP that was uploaded.</summary>
    Zip,

    /// <summary>Objects under a prefix of the organization's import area.</summary>
    Prefix,
}

/// <summary>How far an import is; the last two are its end.</summary>
public enum ImportState
{
    Queued,
    Running,
    Completed,
    Failed,
}

internal sealed class ImportJobConfiguration : IEntityTypeConfiguration<ImportJob>
{
    public void Configure(EntityTypeBuilder<ImportJob> builder)
    {
        builder.Property(j => j.SourceKey).HasMaxLength(1000);
        builder.Property(j => j.Defaults).HasColumnType("jsonb");
        builder.Property(j => j.Failures).HasColumnType("jsonb");
        builder.BelongsToSpace(nameof(ImportJob.OrganizationId), nameof(ImportJob.TenantId), nameof(ImportJob.SpaceId));
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_import_jobs_source", "source IN ('zip', 'prefix')");
            t.HasCheckConstraint("ck_import_jobs_state", "state IN ('queued', 'running', 'completed', 'failed')");
        });
    }
}
