using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Presets;

/// <summary>What a preset has meant over time.</summary>
internal static class PresetRevisionEndpoints
{
    private const int Most = 100;

    public static void MapRevisions(this RouteGroupBuilder presets, string level, string of) =>
        presets.MapGet("/{slug}/revisions", List).RequireCaller()
            .Describe($"list{level}PresetRevisions", "List a preset's revisions" + of, $"Newest first, at most {Most}; the first one is in force.")
            .Answers<ItemsResponse<PresetRevisionResponse>>().Fails(404);

    private static async Task<IResult> List(string slug, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        var at = visit.At;
        await using var db = registry.ForOrganization(at.OrganizationId);
        var revisions = await db.Presets.AsNoTracking()
            .Where(preset => preset.OrganizationId == at.OrganizationId
                && preset.TenantId == at.TenantId && preset.SpaceId == at.SpaceId && preset.Slug == slug)
            .SelectMany(preset => preset.Revisions).OrderByDescending(revision => revision.Revision).Take(Most)
            .Select(revision => new PresetRevisionResponse(revision.Revision, revision.Operations, revision.CreatedAt)).ToListAsync(ct);
        return revisions.Count == 0 ? Problems.NotFound.ToProblem() : Results.Ok(new ItemsResponse<PresetRevisionResponse>(revisions));
    }
}

/// <summary>One revision of a preset.</summary>
/// <param name="Revision">1 and up.</param>
/// <param name="Operations">In the URL's grammar, as they were written.</param>
/// <param name="CreatedAt">When it came in force.</param>
internal sealed record PresetRevisionResponse(int Revision, string Operations, DateTimeOffset CreatedAt);
