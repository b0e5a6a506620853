using System.Text.Json;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Invalidation;
using ImageService.Core.Overlays;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ImageService.Api.ControlPlane.Overlays;

/// <summary>
/// Who uses overlays and fonts. Whoever adds or removes such a use takes turns within the organization, so that neither is removed while a use is made.
/// </summary>
internal sealed class OverlayUses(Invalidator invalidator)
{
    // Beyond it images age at the edges as presets' do.
    private const int MostSpacesPurged = 200;

    /// <summary>Begins the turn.</summary>
    public static Task<IDbContextTransaction> BeginAsync(RegistryDb db, Guid organizationId, CancellationToken ct) =>
        db.BeginExclusiveAsync($"overlays {organizationId}", ct);

    /// <summary>Whether some policy <c>watermark</c> may mean this overlay: set at its place, above or below it.</summary>
    public static async Task<bool> IsWatermarkAsync(RegistryDb db, Overlay overlay, CancellationToken ct)
    {
        var set = await db.Policies.AsNoTracking()
            .Where(row => row.Key == PolicyCatalog.Watermark).Select(row => new { row.Level, row.ScopeId, row.Value }).ToListAsync(ct);
        var naming = set.Where(row => WatermarkPolicy.Read(Parse(row.Value))?.Overlay == overlay.Slug).ToList();
        if (naming.Count == 0)
            return false;
        var spaces = naming.Where(row => row.Level == PolicyLevel.Space).Select(row => row.ScopeId).ToArray();
        var tenants = await db.Spaces.IgnoreQueryFilters()
            .Where(space => spaces.Contains(space.Id)).ToDictionaryAsync(space => space.Id, space => space.TenantId, ct);
        return naming.Exists(row => row.Level switch
        {
            PolicyLevel.Organization => true,
            PolicyLevel.Tenant => overlay.TenantId is null || overlay.TenantId == row.ScopeId,
            _ => overlay.SpaceId is { } space ? space == row.ScopeId : overlay.TenantId is null || overlay.TenantId == tenants.GetValueOrDefault(row.ScopeId),
        });
    }

    /// <summary>Judges a policy <c>watermark</c> that is to be set: its overlay must be in force at the place.</summary>
    public static async Task<Error?> JudgeWatermarkAsync(RegistryDb db, Place at, JsonElement value, CancellationToken ct)
    {
        if (WatermarkPolicy.Read(value) is not { } watermark)
            return null;
        var exists = await db.Overlays.AnyAsync(
            overlay =>
                overlay.Slug == watermark.Overlay && (overlay.TenantId == null || overlay.TenantId == at.TenantId)
                    && (overlay.SpaceId == null || overlay.SpaceId == at.SpaceId), ct);
        return exists ? null : Problems.Invalid($"There is no overlay \"{watermark.Overlay}\" here or at a level above.");
    }

    /// <summary>Slugs of overlays whose revision in force draws with a font.</summary>
    public static async Task<IReadOnlyList<string>> OfFontAsync(RegistryDb db, string font, CancellationToken ct)
    {
        var current = await (
            from overlay in db.Overlays
            join revision in db.OverlayRevisions on new { overlay.Id, Number = overlay.CurrentRevision } equals new
            {
                Id = revision.OverlayId,
                Number = revision.Revision
            }
            select new { overlay.Slug, revision.Elements }).AsNoTracking().ToListAsync(ct);
        return [.. current.Where(row => OverlayElements.Documents(row.Elements).Any(element => element.Font == font)).Select(row => row.Slug)];
    }

    /// <summary>Tells the CDNs that images of a watermark's places mean something else now.</summary>
    public async Task StageEdgesAsync(RegistryDb db, Overlay overlay, CancellationToken ct)
    {
        if (await IsWatermarkAsync(db, overlay, ct))
            await StageEdgesAsync(db, overlay.OrganizationId, overlay.TenantId, overlay.SpaceId, ct);
    }

    /// <summary>Tells the CDNs that all images below a place mean something else now.</summary>
    public async Task StageEdgesAsync(RegistryDb db, Guid organizationId, Guid? tenantId, Guid? spaceId, CancellationToken ct)
    {
        var spaces = await db.Spaces.AsNoTracking()
            .Where(space => (tenantId == null || space.TenantId == tenantId) && (spaceId == null || space.Id == spaceId))
            .OrderBy(space => space.Id).Select(space => new { space.Id, space.TenantId }).Take(MostSpacesPurged).ToListAsync(ct);
        foreach (var space in spaces)
            await invalidator.StageEdgesAsync(db, organizationId, new InvalidationTarget.OfSpace(space.TenantId, space.Id, null), ct);
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
