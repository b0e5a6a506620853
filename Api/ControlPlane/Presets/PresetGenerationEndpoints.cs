using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Presets;

/// <summary>How far the making of a preset's variants for assets already there has come, and its end.</summary>
internal static class PresetGenerationEndpoints
{
    public static void MapGeneration(this RouteGroupBuilder presets, string level, string of)
    {
        presets.MapGet("/{slug}/generation", Get).RequireCaller()
            .Describe($"get{level}PresetGeneration", "Show how far a preset's variants are made" + of,
                "The newest run over the assets that were already there; 404 where there was none.")
            .Answers<PresetGenerationResponse>().Fails(404);
        presets.MapDelete("/{slug}/generation", Stop).RequireScope(Scopes.PresetWrite)
            .Describe($"stop{level}PresetGeneration", "Stop making a preset's variants" + of,
                "Variants that were made stay. A new revision of the preset begins anew.")
            .AnswersNothing().Fails(403, 404);
    }

    private static async Task<IResult> Get(string slug, Visit visit, RegistryFactory registry, PresetGenerations generations, CancellationToken ct) =>
        await FindAsync(slug, visit, registry, ct) is { } presetId && await generations.FindAsync(visit.At.OrganizationId, presetId, ct) is { } generation
            ? Results.Ok(PresetGenerationResponse.Of(generation))
            : Problems.NotFound.ToProblem();

    private static async Task<IResult> Stop(
        string slug, Visit visit, RegistryFactory registry, PresetGenerations generations, AuditLog log, CancellationToken ct)
    {
        if (await FindAsync(slug, visit, registry, ct) is not { } presetId)
            return Problems.NotFound.ToProblem();
        await generations.StopAsync(visit.At.OrganizationId, presetId, ct);
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        log.Add(db, visit.At.OrganizationId, "preset_generation.stopped", "preset", presetId.ToString());
        await db.SaveChangesAsync(ct);
        return Results.NoContent();
    }

    private static async Task<Guid?> FindAsync(string slug, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        var at = visit.At;
        await using var db = registry.ForOrganization(at.OrganizationId);
        return await db.Presets.AsNoTracking()
            .Where(preset =>
                preset.OrganizationId == at.OrganizationId && preset.TenantId == at.TenantId && preset.SpaceId == at.SpaceId && preset.Slug == slug)
            .Select(preset => (Guid?)preset.Id).SingleOrDefaultAsync(ct);
    }
}

/// <summary>The making of a preset revision's variants for the assets that were already there.</summary>
internal sealed record PresetGenerationResponse
{
    /// <summary><c>queued</c>, <c>running</c>, <c>done</c> or <c>stopped</c>.</summary>
    public required string State { get; init; }

    /// <summary>The preset's revision whose variants are made.</summary>
    public required int Revision { get; init; }

    /// <summary>Assets that match.</summary>
    public required int Total { get; init; }

    /// <summary>Assets that were seen to.</summary>
    public required int Done { get; init; }

    /// <summary>Variants that were made; the others were there already.</summary>
    public required int Made { get; init; }

    /// <summary>Variants that cannot be made: a policy or the file forbids them.</summary>
    public required int Refused { get; init; }

    /// <summary>When it was planned.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last moved.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    public static PresetGenerationResponse Of(PresetGeneration generation) => new()
    {
        State = SnakeCase.Write(generation.State),
        Revision = generation.Revision,
        Total = generation.Total,
        Done = generation.Done,
        Made = generation.Made,
        Refused = generation.Refused,
        CreatedAt = generation.CreatedAt,
        UpdatedAt = generation.UpdatedAt,
    };
}
