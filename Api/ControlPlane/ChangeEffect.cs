using System.Globalization;
using System.Text.Json;
using ImageService.Api.Authentication;
using ImageService.Core.Engine;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane;

/// <summary>What a change would do to stored variants, told before it is made (<c>?dryRun=true</c>).</summary>
/// <param name="StaleVariants">Stored variants that would not be served any more.</param>
/// <param name="Bytes">Their bytes together.</param>
/// <param name="CpuMs">CPU time it took to make them, and would take to make as many again, ms.</param>
/// <param name="NewVariants">Variants that the worker would make by itself: of a preset that asks for it, for assets that match and have none.</param>
internal sealed record ChangeEffect(long StaleVariants, long Bytes, long CpuMs, long NewVariants)
{
    /// <summary>Of a preset's new operations or matches at a level: the variants of its name wherever this level's preset is the nearest.</summary>
    /// <param name="db">The organization's unit of work.</param>
    /// <param name="at">The preset's level.</param>
    /// <param name="slug">Its slug.</param>
    /// <param name="isStale">Whether images of the name mean something else afterwards.</param>
    /// <param name="matches">Tags and folders of a preset that makes variants by itself; null for one that does not.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<ChangeEffect> OfPresetAsync(RegistryDb db, Place at, string slug, bool isStale, (string[] Tags, string[] Folders)? matches,
        CancellationToken ct)
    {
        var spaces = Below(db, at).Where(space => !db.Presets.Any(nearer => nearer.Slug == slug
            && ((at.TenantId == null && nearer.TenantId == space.TenantId && nearer.SpaceId == null) || (at.SpaceId == null && nearer.SpaceId == space.Id))));
        var named = db.Variants.Where(variant => variant.Preset == slug && spaces.Any(space => space.Id == variant.SpaceId));
        var sums = isStale ? await SumAsync(named, ct) : new ChangeEffect(0, 0, 0, 0);
        if (matches is not { } match)
            return sums;
        var made = await db.Database.SqlQuery<long>(
            $"""
            SELECT count(*) AS "Value" FROM assets a
            WHERE a.organization_id = {at.OrganizationId} AND a.deleted_at IS NULL
              AND ({at.TenantId}::uuid IS NULL OR a.tenant_id = {at.TenantId}::uuid) AND ({at.SpaceId}::uuid IS NULL OR a.space_id = {at.SpaceId}::uuid)
              AND preset_matches({match.Tags}, {match.Folders}, a.tags, a.folder)
              AND ({isStale} OR NOT EXISTS (SELECT FROM variants v WHERE v.asset_id = a.id AND v.version = a.current_version AND v.preset = {slug}))
            """).SingleAsync(ct);
        return sums with { NewVariants = made };
    }

    /// <summary>
    /// Of a policy's new value at a level, in the spaces that would follow it. A variant that was asked for with the very quality that was the default
    /// counts too: it cannot be told from the others.
    /// </summary>
    /// <param name="db">The organization's unit of work.</param>
    /// <param name="at">The policy's level.</param>
    /// <param name="key">Which policy.</param>
    /// <param name="locked">Whether what is set below would not hold any more.</param>
    /// <param name="before">What is in force at the level.</param>
    /// <param name="after">What would be.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<ChangeEffect> OfPolicyAsync(RegistryDb db, Place at, string key, bool locked, EffectivePolicy before, EffectivePolicy after,
        CancellationToken ct)
    {
        var spaces = Below(db, at);
        if (!locked)
        {
            spaces = spaces.Where(space => !db.Policies.Any(row => row.Key == key && row.OrganizationId == at.OrganizationId
                && ((at.TenantId == null && row.ScopeId == space.TenantId) || (at.SpaceId == null && row.ScopeId == space.Id))));
        }

        var variants = db.Variants.Where(variant => spaces.Any(space => space.Id == variant.SpaceId));
        if (JsonElement.DeepEquals(before[key].Value, after[key].Value) || Stale(variants, key, before, after) is not { } stale)
            return new ChangeEffect(0, 0, 0, 0);
        return await SumAsync(stale, ct);
    }

    private static IQueryable<Space> Below(RegistryDb db, Place at) =>
        db.Spaces.AsNoTracking().Where(space => space.OrganizationId == at.OrganizationId && space.DeletedAt == null
        && (at.TenantId == null || space.TenantId == at.TenantId) && (at.SpaceId == null || space.Id == at.SpaceId));

    /// <summary>Null for a policy that changes no stored image.</summary>
    private static IQueryable<Variant>? Stale(IQueryable<Variant> variants, string key, EffectivePolicy before, EffectivePolicy after)
    {
        switch (key)
        {
            case "quality_default":
                // The canonical form has the quality that was resolved.
                IQueryable<Variant>? stale = null;
                foreach (var format in Enum.GetValues<ImageFormat>().Where(format => before.QualityFor(format) != after.QualityFor(format)))
                {
                    var (name, token) = (format.Name(), string.Create(CultureInfo.InvariantCulture, $"-q_{before.QualityFor(format)}-"));
                    var some = variants.Where(variant => variant.Format == name && ("-" + variant.Operations + "-").Contains(token));
                    stale = stale is null ? some : stale.Concat(some);
                }

                return stale;
            case "allowed_output_formats":
                string[] allowed = [.. after.AllowedOutputFormats.Select(format => format.Name())];
                return variants.Where(variant => !allowed.Contains(variant.Format));
            case "max_output_width":
                return variants.Where(variant => variant.Preset == null && variant.Width > after.MaxOutputWidth);
            case "max_output_height":
                return variants.Where(variant => variant.Preset == null && variant.Height > after.MaxOutputHeight);
            case "width_ladder" when after.WidthLadder.Count > 0:
                string[] steps = [.. after.WidthLadder.Select(width => string.Create(CultureInfo.InvariantCulture, $"-w_{width}-"))];
                return variants.Where(
                    variant =>
                        variant.Preset == null && ("-" + variant.Operations).Contains("-w_")
                            && !steps.Any(step => ("-" + variant.Operations + "-").Contains(step)));
            case "transform_mode" when after.TransformMode == TransformMode.PresetsOnly:
                return variants.Where(variant => variant.Preset == null && !("-" + variant.Operations + "-").Contains("-original-"));
            case "original_delivery":
                return variants.Where(variant => ("-" + variant.Operations + "-").Contains("-original-"));
            case PolicyCatalog.Watermark:
                var least = Math.Min(before.Watermark?.MinWidth ?? int.MaxValue, after.Watermark?.MinWidth ?? int.MaxValue);
                return variants.Where(variant => variant.Width >= least);
            case PolicyCatalog.PreserveHdr:
                var jpeg = ImageFormat.Jpg.Name();
                const int icon = SourceChoice.LeastSideWithGainMap;
                return variants.Where(variant => variant.Format == jpeg && variant.Width >= icon);
            case "keep_copyright":
                return variants;
            default:
                return null;
        }
    }

    private static async Task<ChangeEffect> SumAsync(IQueryable<Variant> variants, CancellationToken ct)
    {
        var sums = await variants.GroupBy(_ => 1)
            .Select(all =>
                new
                {
                    Count = all.LongCount(), Bytes = all.Sum(variant => variant.SizeBytes),
                    CpuMs = all.Sum(variant => (long)variant.ProcessingTimeMs)
                }).SingleOrDefaultAsync(ct);
        return sums is null ? new ChangeEffect(0, 0, 0, 0) : new ChangeEffect(sums.Count, sums.Bytes, sums.CpuMs, 0);
    }
}
