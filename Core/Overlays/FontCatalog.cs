using ImageService.Core.Engine.Overlays;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Overlays;

/// <summary>The fonts of an organization, from memory while nothing changed; their files are read when they are needed.</summary>
public sealed class FontCatalog(RegistryFactory registry, FactsCache facts)
{
    /// <summary>A font by its slug; null where the organization has none of that name.</summary>
    public async ValueTask<FontFacts?> FindAsync(Guid organizationId, string slug, CancellationToken ct) =>
        (await LoadAsync(organizationId, ct)).GetValueOrDefault(slug);

    /// <summary>The file of a font; null where it was deleted meanwhile.</summary>
    public async Task<FontFile?> ReadAsync(Guid organizationId, FontFacts font, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var content = await db.Fonts.AsNoTracking().Where(row => row.Id == font.Id).Select(row => row.Content).SingleOrDefaultAsync(ct);
        return content is null ? null : new FontFile(font.ContentHash, content);
    }

    private ValueTask<Dictionary<string, FontFacts>> LoadAsync(Guid organizationId, CancellationToken ct) => facts.GetOrLoadAsync(
        FactScope.Of(organizationId),
        "fonts",
        (registry, organizationId),
        static async (asked, ct) =>
        {
            await using var db = asked.registry.ForOrganization(asked.organizationId);
            var fonts = await db.Fonts.AsNoTracking().Select(font => new FontFacts(font.Id, font.Slug, font.ContentHash)).ToListAsync(ct);
            return fonts.ToDictionary(font => font.Slug, StringComparer.Ordinal);
        },
        StaleFacts.Allow,
        ct);
}

/// <summary>An uploaded font.</summary>
/// <param name="ContentHash">SHA-256 of its file.</param>
public sealed record FontFacts(Guid Id, string Slug, string ContentHash);
