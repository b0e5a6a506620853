using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>An organization's endpoint that is told of events by signed POST.</summary>
public sealed class Webhook
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public Guid? TenantId { get; init; }

    public required string Url { get; set; }

    /// <summary><c>asset.uploaded</c>, <c>asset.deleted</c>, <c>variant.ready</c>, <c>quota.warning</c>.</summary>
    public required string[] Events { get; set; }

    /// <summary>HMAC secret, encrypted under the master key.</summary>
    public required byte[] ProtectedSecret { get; set; }

    public bool Enabled { get; set; } = true;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

/// <summary>One event to be delivered to one webhook, with the outcome of its attempts.</summary>
public sealed class WebhookDelivery
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid WebhookId { get; init; }

    public required string Event { get; init; }

    public required string Body { get; init; }

    public int Attempts { get; set; }

    public int? LastStatusCode { get; set; }

    public string? LastError { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }

    public DateTimeOffset? AbandonedAt { get; set; }
}

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.Property(w => w.Url).HasMaxLength(2000);
        builder.HasRowVersion(w => w.RowVersion);
        builder.BelongsToOrganization(w => w.OrganizationId);
        builder.BelongsToTenant(nameof(Webhook.OrganizationId), nameof(Webhook.TenantId));
        builder.HasAlternateKey(w => new { w.OrganizationId, w.Id });
    }
}

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.Property(d => d.Event).HasMaxLength(100);
        builder.Property(d => d.Body).HasColumnType("jsonb");
        builder.Property(d => d.LastError).HasMaxLength(1000);
        builder.HasOne<Webhook>().WithMany().HasForeignKey(d => new { d.OrganizationId, d.WebhookId })
            .HasPrincipalKey(w => new { w.OrganizationId, w.Id });
        builder.HasIndex(d => d.NextAttemptAt).HasFilter("delivered_at IS NULL AND abandoned_at IS NULL");
        builder.HasIndex(d => new { d.WebhookId, d.Id });
    }
}
