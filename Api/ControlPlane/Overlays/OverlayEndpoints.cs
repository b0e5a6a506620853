using ImageService.Api.Authentication;
using ImageService.Api.ControlPlane.Presets;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Overlays;

/// <summary>Overlays at an organization, a tenant or a space: the same routes at each level. The nearest level wins where images are made.</summary>
internal static class OverlayEndpoints
{
    public static void MapOverlays(this IEndpointRouteBuilder routes)
    {
        MapLevel(routes, "/v1/organizations/{org}/overlays", "Organization");
        MapLevel(routes, "/v1/organizations/{org}/tenants/{tenant}/overlays", "Tenant");
        MapLevel(routes, "/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/overlays", "Space");
    }

    private static void MapLevel(IEndpointRouteBuilder routes, string pattern, string level)
    {
        var of = $" of {(level == "Organization" ? "an" : "a")} {level.ToLowerInvariant()}";
        var group = routes.MapGroup(pattern).WithTags("Overlays");
        group.MapPost("", Create).RequireScope(Scopes.PresetWrite).Idempotent()
            .Describe($"create{level}Overlay", "Create an overlay" + of).Answers<OverlayResponse>(201).Fails(400, 403, 404, 409);
        group.MapGet("", List).RequireCaller()
            .Describe($"list{level}Overlays", "List overlays" + of,
                "Those set at this very level; effective=true lists what is in force here, levels above included.")
            .Answers<Page<OverlayResponse>>().Fails(400, 404);
        group.MapGet("/{slug}", Get).RequireCaller().Describe($"get{level}Overlay", "Show an overlay" + of).Answers<OverlayResponse>().Fails(404);
        group.MapPut("/{slug}", Revise).RequireScope(Scopes.PresetWrite)
            .Describe($"revise{level}Overlay", "Write a new revision of an overlay" + of, "Images that show it are made anew when they are next asked for.")
            .Answers<OverlayResponse>().Fails(400, 403, 404, 412);
        group.MapDelete("/{slug}", Delete).RequireScope(Scopes.PresetWrite)
            .Describe($"delete{level}Overlay", "Delete an overlay" + of,
                "URLs that name it answer 404, or use the overlay of the level above. One that a watermark uses cannot be deleted.")
            .AnswersNothing().Fails(403, 404, 409, 412);
        group.MapPreview(level, of);
    }

    private static async Task<IResult> Create(CreateOverlayRequest request, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http,
        CancellationToken ct)
    {
        if ((JudgeSlug(request.Slug) ?? PresetRules.JudgeTexts(request.Name, request.Description)) is { } refusal)
            return refusal.ToProblem();
        var (slug, at, now) = (request.Slug!, visit.At, clock.GetUtcNow());
        await using var db = registry.ForOrganization(at.OrganizationId);
        await using var turn = await OverlayUses.BeginAsync(db, at.OrganizationId, ct);
        if (!(await OverlayParts.FixAsync(db, visit.Caller, request.Elements, ct)).TryGet(out var elements, out var error))
            return error.ToProblem();
        var overlay = new Overlay
        {
            OrganizationId = at.OrganizationId,
            TenantId = at.TenantId,
            SpaceId = at.SpaceId,
            Slug = slug,
            Name = request.Name?.Trim() ?? slug,
            Description = request.Description,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Overlays.Add(overlay);
        AddRevision(db, overlay, elements, now);
        if (await db.TrySaveAsync(NameRules.Taken(slug), ct) is { } failure)
            return failure.ToProblem();
        await turn.CommitAsync(ct);
        http.SetETag(overlay.RowVersion);
        return Results.Created($"{http.Request.Path}/{slug}", OverlayResponse.Of(overlay, elements));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? cursor, int? limit, bool? effective, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        var at = visit.At;
        await using var db = registry.ForOrganization(at.OrganizationId);
        var rows = await WithElements(db, effective is true ? InForce(db, at) : AtLevel(db, at))
            .Where(row => after == null || row.Overlay.Id > after)
            .OrderBy(row => row.Overlay.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, static row => OverlayResponse.Of(row.Overlay, row.Elements), static row => Cursor.Of(row.Overlay.Id)));
    }

    private static async Task<IResult> Get(string slug, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await WithElements(db, AtLevel(db, visit.At).Where(overlay => overlay.Slug == slug)).SingleOrDefaultAsync(ct) is not { } found)
            return Problems.NotFound.ToProblem();
        http.SetETag(found.Overlay.RowVersion);
        return Results.Ok(OverlayResponse.Of(found.Overlay, found.Elements));
    }

    private static async Task<IResult> Revise(
        string slug, ReviseOverlayRequest request, Visit visit, RegistryFactory registry, OverlayUses uses, TimeProvider clock, HttpContext http,
        CancellationToken ct)
    {
        if (PresetRules.JudgeTexts(request.Name, request.Description) is { } refusal)
            return refusal.ToProblem();
        if (request.Slug is not null && request.Slug != slug)
            return Problems.Invalid("slug cannot be changed: it stands in URLs.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);

        // One revision after the other: each has the next number.
        await using var turn = await OverlayUses.BeginAsync(db, visit.At.OrganizationId, ct);
        if (await AtLevel(db, visit.At).AsTracking().SingleOrDefaultAsync(row => row.Slug == slug, ct) is not { } overlay)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, overlay.RowVersion) is { } stale)
            return stale.ToProblem();
        var elements = await db.OverlayRevisions.Where(row => row.OverlayId == overlay.Id && row.Revision == overlay.CurrentRevision)
            .Select(row => row.Elements).SingleAsync(ct);
        if (request.Elements is not null && !(await OverlayParts.FixAsync(db, visit.Caller, request.Elements, ct)).TryGet(out elements, out var error))
            return error.ToProblem();
        overlay.Name = request.Name?.Trim() ?? overlay.Name;
        overlay.Description = request.Description ?? overlay.Description;
        overlay.CurrentRevision++;
        overlay.UpdatedAt = clock.GetUtcNow();
        AddRevision(db, overlay, elements, overlay.UpdatedAt);
        await uses.StageEdgesAsync(db, overlay, ct);
        if (await db.TrySaveAsync(IfMatch.Stale, ct) is { } failure)
            return failure.ToProblem();
        await turn.CommitAsync(ct);
        http.SetETag(overlay.RowVersion);
        return Results.Ok(OverlayResponse.Of(overlay, elements));
    }

    private static async Task<IResult> Delete(string slug, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var turn = await OverlayUses.BeginAsync(db, visit.At.OrganizationId, ct);
        if (await AtLevel(db, visit.At).AsTracking().SingleOrDefaultAsync(row => row.Slug == slug, ct) is not { } overlay)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, overlay.RowVersion) is { } stale)
            return stale.ToProblem();
        if (await OverlayUses.IsWatermarkAsync(db, overlay, ct))
            return new Error(ErrorCode.Conflict,
                $"The overlay \"{slug}\" is a watermark (policy watermark). Take the policy back first, or let it name another one.").ToProblem();
        db.Overlays.Remove(overlay);
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        await turn.CommitAsync(ct);
        return Results.NoContent();
    }

    internal static Error? JudgeSlug(string? slug) =>
        PresetRules.JudgeSlug(slug) is null ? null : Problems.Invalid("An overlay's slug must be 1 to 100 of a-z, 0-9 and _.");

    private static void AddRevision(RegistryDb db, Overlay overlay, string elements, DateTimeOffset now) => db.OverlayRevisions.Add(new OverlayRevisionRow
    {
        OrganizationId = overlay.OrganizationId,
        OverlayId = overlay.Id,
        Revision = overlay.CurrentRevision,
        Elements = elements,
        CreatedAt = now,
    });

    private static IQueryable<Overlay> AtLevel(RegistryDb db, Place at) => db.Overlays.AsNoTracking()
        .Where(overlay => overlay.OrganizationId == at.OrganizationId && overlay.TenantId == at.TenantId && overlay.SpaceId == at.SpaceId);

    /// <summary>What is visible from a place, each slug from its nearest level.</summary>
    private static IQueryable<Overlay> InForce(RegistryDb db, Place at)
    {
        var reachable = db.Overlays.AsNoTracking().Where(overlay => overlay.OrganizationId == at.OrganizationId
            && (overlay.TenantId == null || overlay.TenantId == at.TenantId) && (overlay.SpaceId == null || overlay.SpaceId == at.SpaceId));
        return reachable.Where(overlay => !reachable.Any(nearer => nearer.Slug == overlay.Slug
            && ((overlay.TenantId == null && nearer.TenantId != null) || (overlay.SpaceId == null && nearer.SpaceId != null))));
    }

    private static IQueryable<OverlayWithElements> WithElements(RegistryDb db, IQueryable<Overlay> overlays) =>
        from overlay in overlays
        join revision in db.OverlayRevisions on new { overlay.Id, Number = overlay.CurrentRevision } equals new
        {
            Id = revision.OverlayId,
            Number = revision.Revision
        }
        select new OverlayWithElements { Overlay = overlay, Elements = revision.Elements };

    private sealed class OverlayWithElements
    {
        public required Overlay Overlay { get; init; }

        public required string Elements { get; init; }
    }
}
