using ImageService.Core.Caching;
using ImageService.Core.Metering;
using ImageService.Core.Quotas;
using ImageService.Core.Telemetry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>Counts what image requests used, alike on both ways: usage, quotas, bandwidth. Waits for nothing.</summary>
internal sealed class ServedImages(UsageMeter usage, QuotaGuard quotas, ImageServiceMetrics metrics)
{
    /// <summary>An image, or a part of it, was sent.</summary>
    /// <param name="variant">Which.</param>
    /// <param name="sent">Bytes of body; 0 for <c>HEAD</c>.</param>
    /// <param name="length">Bytes of the whole image.</param>
    /// <param name="layer">Which layer had it.</param>
    public void Note(VariantDescription variant, long sent, long length, CacheLayer layer)
    {
        // A part of an image is that part of its original.
        var original = sent == 0 || length == 0 ? 0 : (long)(variant.Asset.SizeBytes * (sent / (double)length));
        Note(variant.Space,
            new UsageNote(variant.Space.OrganizationId, variant.Space.TenantId, variant.Space.SpaceId) { Requests = 1, BandwidthBytes = sent, Layer = layer,
                OriginalBytes = original });
    }

    /// <summary>The caller has the image already (304).</summary>
    public void NoteNotModified(SpaceScope space) => Note(space, new UsageNote(space.OrganizationId, space.TenantId, space.SpaceId) { Requests = 1 });

    /// <summary>A request was refused or failed; null where its space does not exist.</summary>
    public void NoteRefused(SpaceScope? space)
    {
        if (space is not null)
            usage.Note(new UsageNote(space.OrganizationId, space.TenantId, space.SpaceId) { Errors = 1 });
    }

    private void Note(SpaceScope space, UsageNote note)
    {
        usage.Note(note);
        quotas.NoteServed(space, note.BandwidthBytes);
        metrics.BandwidthServed(note.BandwidthBytes);
    }
}
