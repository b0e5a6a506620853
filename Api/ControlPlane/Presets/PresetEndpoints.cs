using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Presets;

/// <summary>Presets at an organization, a tenant or a space: the same routes at each level. The nearest level wins where images are made.</summary>
internal static class PresetEndpoints
{
    private const string DryRun = "With dryRun=true nothing changes: the answer (200) tells staleVariants, bytes, cpuMs and newVariants of the change.";

    public static void MapPresets(this IEndpointRouteBuilder routes)
    {
        MapLevel(routes, "/v1/organizations/{org}/presets", "Organization");
        MapLevel(routes, "/v1/organizations/{org}/tenants/{tenant}/presets", "Tenant");
        MapLevel(routes, "/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/presets", "Space");
    }

    private static void MapLevel(IEndpointRouteBuilder routes, string pattern, string level)
    {
        var of = $" of {(level == "Organization" ? "an" : "a")} {level.ToLowerInvariant()}";
        var group = routes.MapGroup(pattern).WithTags("Presets");
        group.MapPost("", Create).RequireScope(Scopes.PresetWrite).Idempotent()
            .Describe($"create{level}Preset", "Create a preset" + of, DryRun).Answers<PresetResponse>(201).Fails(400, 403, 404, 409);
        group.MapGet("", List).RequireCaller()
            .Describe($"list{level}Presets", "List presets" + of,
                "Those set at this very level; effective=true lists what is in force here, levels above included.")
            .Answers<Page<PresetResponse>>().Fails(400, 404);
        group.MapGet("/{slug}", Get).RequireCaller().Describe($"get{level}Preset", "Show a preset" + of).Answers<PresetResponse>().Fails(404);
        group.MapPut("/{slug}", Revise).RequireScope(Scopes.PresetWrite)
            .Describe($"revise{level}Preset", "Write a new revision of a preset" + of, DryRun).Answers<PresetResponse>().Fails(400, 403, 404, 412);
        group.MapDelete("/{slug}", Delete).RequireScope(Scopes.PresetWrite)
            .Describe($"delete{level}Preset", "Delete a preset" + of, "URLs that name it answer 404, or use the preset of the level above.")
            .AnswersNothing().Fails(403, 404, 412);
        group.MapRevisions(level, of);
        group.MapGeneration(level, of);
    }

    private static async Task<IResult> Create(
        CreatePresetRequest request, bool? dryRun, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var refusal = PresetRules.JudgeSlug(request.Slug) ?? PresetRules.JudgeOperations(request.Operations)
            ?? PresetRules.JudgeTexts(request.Name, request.Description) ?? PresetRules.JudgeMatches(request.MatchTags, request.MatchFolders);
        if (refusal is not null)
            return refusal.ToProblem();
        var (slug, at, now) = (request.Slug!, visit.At, clock.GetUtcNow());
        var preset = new Preset
        {
            OrganizationId = at.OrganizationId,
            TenantId = at.TenantId,
            SpaceId = at.SpaceId,
            Slug = slug,
            Name = request.Name?.Trim() ?? slug,
            Description = request.Description,
            AutoGenerate = request.AutoGenerate ?? false,
            MatchTags = request.MatchTags ?? [],
            MatchFolders = request.MatchFolders ?? [],
            CreatedAt = now,
            UpdatedAt = now,
        };
        await using var db = registry.ForOrganization(at.OrganizationId);
        if (dryRun is true)
        {
            return await AtLevel(db, at).AnyAsync(row => row.Slug == slug, ct)
                ? NameRules.Taken(slug).ToProblem()
                : Results.Ok(await ChangeEffect.OfPresetAsync(db, at, slug, isStale: true, MatchesOf(preset), ct));
        }

        db.Presets.Add(preset);
        AddRevision(db, preset, request.Operations!, now);
        db.Publish(new PresetChanged(preset.OrganizationId, preset.Id), now);
        if (await db.TrySaveAsync(NameRules.Taken(slug), ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(preset.RowVersion);
        return Results.Created($"{http.Request.Path}/{slug}", PresetResponse.Of(preset, request.Operations!));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? cursor, int? limit, bool? effective, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        var at = visit.At;
        await using var db = registry.ForOrganization(at.OrganizationId);
        var rows = await WithOperations(db, effective is true ? InForce(db, at) : AtLevel(db, at))
            .Where(row => after == null || row.Preset.Id > after)
            .OrderBy(row => row.Preset.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, static row => PresetResponse.Of(row.Preset, row.Operations), static row => Cursor.Of(row.Preset.Id)));
    }

    private static async Task<IResult> Get(string slug, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await WithOperations(db, AtLevel(db, visit.At).Where(preset => preset.Slug == slug)).SingleOrDefaultAsync(ct) is not { } found)
            return Problems.NotFound.ToProblem();
        http.SetETag(found.Preset.RowVersion);
        return Results.Ok(PresetResponse.Of(found.Preset, found.Operations));
    }

    private static async Task<IResult> Revise(
        string slug, RevisePresetRequest request, bool? dryRun, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http,
        CancellationToken ct)
    {
        var refusal = (request.Operations is null ? null : PresetRules.JudgeOperations(request.Operations))
            ?? PresetRules.JudgeTexts(request.Name, request.Description) ?? PresetRules.JudgeMatches(request.MatchTags, request.MatchFolders);
        if (refusal is not null)
            return refusal.ToProblem();
        if (request.Slug is not null && request.Slug != slug)
            return Problems.Invalid("slug cannot be changed: it stands in URLs.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);

        // One revision after the other: each has the next number.
        await using var transaction = await db.BeginExclusiveAsync($"preset {visit.At.OrganizationId} {slug}", ct);
        if (await AtLevel(db, visit.At).AsTracking().SingleOrDefaultAsync(row => row.Slug == slug, ct) is not { } preset)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, preset.RowVersion) is { } stale)
            return stale.ToProblem();
        var present = await db.PresetRevisions.Where(row => row.PresetId == preset.Id && row.Revision == preset.CurrentRevision)
            .Select(row => row.Operations).SingleAsync(ct);
        var operations = request.Operations ?? present;
        var matched = MatchesOf(preset);
        preset.Name = request.Name?.Trim() ?? preset.Name;
        preset.Description = request.Description ?? preset.Description;
        preset.AutoGenerate = request.AutoGenerate ?? preset.AutoGenerate;
        preset.MatchTags = request.MatchTags ?? preset.MatchTags;
        preset.MatchFolders = request.MatchFolders ?? preset.MatchFolders;
        if (dryRun is true)
            return Results.Ok(await ChangeEffect.OfPresetAsync(db, visit.At, slug, isStale: !MeansTheSame(present, operations), MatchesOf(preset), ct));
        preset.CurrentRevision++;
        preset.UpdatedAt = clock.GetUtcNow();
        AddRevision(db, preset, operations, preset.UpdatedAt);
        if (!MeansTheSame(present, operations) || !AsksTheSame(matched, MatchesOf(preset)))
            db.Publish(new PresetChanged(preset.OrganizationId, preset.Id), preset.UpdatedAt);
        if (await db.TrySaveAsync(IfMatch.Stale, ct) is { } failure)
            return failure.ToProblem();
        await transaction.CommitAsync(ct);
        http.SetETag(preset.RowVersion);
        return Results.Ok(PresetResponse.Of(preset, operations));
    }

    private static async Task<IResult> Delete(string slug, Visit visit, RegistryFactory registry, Invalidator invalidator, HttpContext http,
        CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await AtLevel(db, visit.At).AsTracking().SingleOrDefaultAsync(row => row.Slug == slug, ct) is not { } preset)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, preset.RowVersion) is { } stale)
            return stale.ToProblem();
        db.Presets.Remove(preset);
        await invalidator.StageEdgesAsync(db, preset.OrganizationId, new InvalidationTarget.OfPreset(slug, preset.TenantId, preset.SpaceId), ct);
        return await db.TrySaveAsync(http, ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    private static (string[] Tags, string[] Folders)? MatchesOf(Preset preset) => preset.AutoGenerate ? (preset.MatchTags, preset.MatchFolders) : null;

    /// <summary>Whether two texts ask for the same, so that images made for the one are good for the other.</summary>
    private static bool MeansTheSame(string one, string other) =>
        OperationsParser.Parse(one).TryGet(out var first, out _) && OperationsParser.Parse(other).TryGet(out var second, out _) && first.Equals(second);

    /// <summary>Whether the same assets get variants ahead; null: none does.</summary>
    private static bool AsksTheSame((string[] Tags, string[] Folders)? one, (string[] Tags, string[] Folders)? other) =>
        one is { } first && other is { } second
            ? first.Tags.SequenceEqual(second.Tags) && first.Folders.SequenceEqual(second.Folders) : one is null && other is null;

    private static void AddRevision(RegistryDb db, Preset preset, string operations, DateTimeOffset now)
    {
        db.PresetRevisions.Add(new PresetRevisionRow
        {
            OrganizationId = preset.OrganizationId,
            PresetId = preset.Id,
            Revision = preset.CurrentRevision,
            Operations = operations,
            CreatedAt = now,
        });
    }

    private static IQueryable<Preset> AtLevel(RegistryDb db, Place at) => db.Presets.AsNoTracking()
        .Where(preset => preset.OrganizationId == at.OrganizationId && preset.TenantId == at.TenantId && preset.SpaceId == at.SpaceId);

    /// <summary>What is visible from a place, each slug from its nearest level.</summary>
    private static IQueryable<Preset> InForce(RegistryDb db, Place at)
    {
        var reachable = db.Presets.AsNoTracking().Where(preset => preset.OrganizationId == at.OrganizationId
            && (preset.TenantId == null || preset.TenantId == at.TenantId) && (preset.SpaceId == null || preset.SpaceId == at.SpaceId));
        return reachable.Where(preset => !reachable.Any(nearer => nearer.Slug == preset.Slug
            && ((preset.TenantId == null && nearer.TenantId != null) || (preset.SpaceId == null && nearer.SpaceId != null))));
    }

    private static IQueryable<PresetWithOperations> WithOperations(RegistryDb db, IQueryable<Preset> presets) =>
        from preset in presets
        join revision in db.PresetRevisions on new { preset.Id, Number = preset.CurrentRevision } equals new
        {
            Id = revision.PresetId,
            Number = revision.Revision
        }
        select new PresetWithOperations { Preset = preset, Operations = revision.Operations };

    private sealed class PresetWithOperations
    {
        public required Preset Preset { get; init; }

        public required string Operations { get; init; }
    }
}
