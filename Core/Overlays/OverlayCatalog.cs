using ImageService.Core.Engine.Overlays;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Overlays;

/// <summary>The overlays a space can use, from memory while nothing changed: its own, then the tenant's, then the organization's; nearest wins.</summary>
public sealed class OverlayCatalog(RegistryFactory registry, FactsCache facts)
{
    /// <summary>The overlay of that name in force at the space; null where there is none.</summary>
    public async ValueTask<OverlayRevision?> FindAsync(SpaceScope space, string slug, CancellationToken ct) =>
        (await LoadAsync(space, ct)).GetValueOrDefault(slug);

    private ValueTask<Dictionary<string, OverlayRevision>> LoadAsync(SpaceScope space, CancellationToken ct) => facts.GetOrLoadAsync(
        FactScope.Of(space.OrganizationId),
        $"overlays:{space.SpaceId}",
        (registry, space),
        static (asked, ct) => ReadAsync(asked.registry, asked.space, ct),
        StaleFacts.Allow,
        ct);

    private static async Task<Dictionary<string, OverlayRevision>> ReadAsync(RegistryFactory registry, SpaceScope space, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(space.OrganizationId);
        var rows = await (
            from o in db.Overlays
            join r in db.OverlayRevisions on new { o.Id, Number = o.CurrentRevision } equals new { Id = r.OverlayId, Number = r.Revision }
            where o.OrganizationId == space.OrganizationId
                && (o.TenantId == null || o.TenantId == space.TenantId)
                && (o.SpaceId == null || o.SpaceId == space.SpaceId)
            select new { o.Id, o.Slug, o.SpaceId, o.TenantId, r.Revision, r.Elements })
            .AsNoTracking().ToListAsync(ct);
        var overlays = new Dictionary<string, OverlayRevision>(StringComparer.Ordinal);
        foreach (var row in rows.OrderBy(row => row.SpaceId is not null ? 2 : row.TenantId is not null ? 1 : 0))
        {
            // What was accepted when it was saved; a version of the service that no longer reads it has no such overlay.
            if (OverlayElements.Read(row.Elements).TryGet(out var elements, out _))
            {
                overlays[row.Slug] = new OverlayRevision(row.Id, row.Slug, row.Revision, elements)
                {
                    Level = row.SpaceId is not null ? PolicyLevel.Space : row.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization,
                };
            }
        }

        return overlays;
    }
}

/// <summary>An overlay in the revision in force. Immutable.</summary>
/// <param name="Id">The overlay's.</param>
/// <param name="Slug">As URLs name it.</param>
/// <param name="Revision">Counts from 1; part of what a variant is made of.</param>
/// <param name="Elements">In the order they are drawn.</param>
public sealed record OverlayRevision(Guid Id, string Slug, int Revision, IReadOnlyList<OverlayElement> Elements)
{
    /// <summary>The level it was found at.</summary>
    public required PolicyLevel Level { get; init; }

    /// <summary>Numbers of the variables its texts hold.</summary>
    public IReadOnlySet<int> Variables { get; } = TextVariables.Of(Elements);

    /// <summary>Pictures it shows.</summary>
    public IReadOnlyList<OverlayImage> Images { get; } = [.. Elements.OfType<OverlayImage>()];

    /// <summary>Slugs of fonts it needs that are not shipped.</summary>
    public IReadOnlyList<string> UploadedFonts { get; } =
        [.. Elements.OfType<OverlayText>().Select(text => text.Font).Distinct(StringComparer.Ordinal).Where(font => !OverlayFonts.Shipped.Contains(font))];

    /// <summary>Most tiles that its elements need beside the one they share.</summary>
    public int Blends { get; } = Elements.Count(element => element.Blend != OverlayBlend.Normal);
}
