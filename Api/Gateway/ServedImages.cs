using ImageService.Core.Caching;
using ImageService.Core.Metering;
using ImageService.Core.Quotas;
using ImageService.Core.Telemetry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>
/// Counts what image requests used, alike on both ways: usage, quotas, bandwidth, and the use of variants and assets. Waits for nothing.
/// </summary>
internal sealed class ServedImages(UsageMeter usage, QuotaGuard quotas, VariantAccessCounts accesses, ImageServiceMetrics metrics)
{
    private const string View = "view=1";

    /// <summary>
    /// Whether somebody only looks at the image, as consoles do with <c>view=1</c> in the query: it is served, metered and limited like any other request,
    /// but an image that is looked at because nobody uses it must not count as used.
    /// </summary>
    /// <param name="target">The target as received.</param>
    public static bool IsView(ReadOnlySpan<char> target)
    {
        if (target.IndexOf('?') is not (>= 0 and var mark))
            return false;
        var query = target[(mark + 1)..];
        foreach (var parameter in query.Split('&'))
        {
            if (query[parameter] is View)
                return true;
        }

        return false;
    }

    /// <summary>An image, or a part of it, was sent.</summary>
    /// <param name="variant">Which.</param>
    /// <param name="isView">Whether it was only looked at: <see cref="IsView"/>.</param>
    /// <param name="sent">Bytes of body; 0 for <c>HEAD</c>.</param>
    /// <param name="length">Bytes of the whole image.</param>
    /// <param name="layer">Which layer had it.</param>
    public void Note(VariantDescription variant, bool isView, long sent, long length, CacheLayer layer)
    {
        if (!isView)
            accesses.Note(variant.OrganizationId, variant.Key);

        // A part of an image is that part of its original.
        var original = sent == 0 || length == 0 ? 0 : (long)(variant.Asset.SizeBytes * (sent / (double)length));
        Note(variant.Space,
            new UsageNote(variant.Space.OrganizationId, variant.Space.TenantId, variant.Space.SpaceId)
            {
                Requests = 1, BandwidthBytes = sent, Layer = layer,
                OriginalBytes = original
            });
    }

    /// <summary>The caller has the image already (304).</summary>
    public void NoteNotModified(VariantDescription variant, bool isView)
    {
        if (!isView)
            accesses.NoteHeld(variant.OrganizationId, variant.Key);
        var space = variant.Space;
        Note(space, new UsageNote(space.OrganizationId, space.TenantId, space.SpaceId) { Requests = 1 });
    }

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
