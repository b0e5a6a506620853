using ImageService.Api.Authentication;
using ImageService.Api.ControlPlane.Overlays;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Policies;

/// <summary>Policies at an organization, a tenant or a space: the same routes at each level.</summary>
internal static class PolicyEndpoints
{
    public static void MapPolicies(this IEndpointRouteBuilder routes)
    {
        MapLevel(routes, "/v1/organizations/{org}/policies", "Organization");
        MapLevel(routes, "/v1/organizations/{org}/tenants/{tenant}/policies", "Tenant");
        MapLevel(routes, "/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/policies", "Space");
    }

    private static void MapLevel(IEndpointRouteBuilder routes, string pattern, string level)
    {
        var of = $" of {(level == "Organization" ? "an" : "a")} {level.ToLowerInvariant()}";
        var group = routes.MapGroup(pattern).WithTags("Policies");
        group.MapGet("", List).RequireCaller()
            .Describe($"list{level}Policies", "List policies" + of, "Each with its own value here, the value in force, and where that comes from.")
            .Answers<PoliciesResponse>().Fails(404);
        group.MapGet("/{key}", Get).RequireCaller().Describe($"get{level}Policy", "Show a policy" + of).Answers<PolicyResponse>().Fails(404);
        group.MapPut("/{key}", Set).RequireScope(Scopes.PolicyWrite)
            .Describe($"set{level}Policy", "Set a policy" + of,
                "A value locked above cannot be set below. With dryRun=true nothing changes: the answer (200) tells staleVariants, bytes and cpuMs of the change.").Answers<PolicyResponse>().Fails(400, 403, 404, 409, 412);
        group.MapDelete("/{key}", Unset).RequireScope(Scopes.PolicyWrite)
            .Describe($"unset{level}Policy", "Take back a policy" + of,
                "The value of the level above holds again. With dryRun=true nothing changes: the answer (200) tells what it would do, as setting it does.")
            .AnswersNothing().Fails(403, 404, 412);
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var effective = await ReadAsync(db, visit.At, ct);
        var scope = ScopeOf(visit.At);
        var own = await db.Policies.AsNoTracking().Where(row => row.OrganizationId == visit.At.OrganizationId && row.ScopeId == scope)
            .ToDictionaryAsync(row => row.Key, StringComparer.Ordinal, ct);
        return Results.Ok(new PoliciesResponse([.. effective.Items.Select(item => PolicyResponse.Of(item, own.GetValueOrDefault(item.Key)))]));
    }

    private static async Task<IResult> Get(string key, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        if (PolicyCatalog.Find(key).Error is { } unknown)
            return unknown.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var row = await FindAsync(db, visit.At, key, ct);
        if (row is not null)
            http.SetETag(row.RowVersion);
        return Results.Ok(PolicyResponse.Of((await ReadAsync(db, visit.At, ct))[key], row));
    }

    private static async Task<IResult> Set(
        string key, SetPolicyRequest request, bool? dryRun, Visit visit, RegistryFactory registry, ObjectStores stores, OverlayUses overlays,
        TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!PolicyCatalog.Find(key).TryGet(out var definition, out var error))
            return error.ToProblem();
        if (definition.Validate(request.Value) is { } refused)
            return refused.ToProblem();
        if (key == PolicyCatalog.Store && request.Value.GetString() is { } store && !stores.Knows(store))
            return Problems.Invalid($"Policy 'store' takes one of {string.Join(", ", stores.All.Select(known => $"'{known.Name}'"))}, or null.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var isWatermark = key == PolicyCatalog.Watermark;
        await using var turn = isWatermark
            ? await OverlayUses.BeginAsync(db, visit.At.OrganizationId, ct) : dryRun is true ? await db.Database.BeginTransactionAsync(ct) : null;
        if (isWatermark && await OverlayUses.JudgeWatermarkAsync(db, visit.At, request.Value, ct) is { } unknown)
            return unknown.ToProblem();
        var level = LevelOf(visit.At);
        var before = await ReadAsync(db, visit.At, ct);
        if (before.JudgeSet(key, level) is { } locked)
            return locked.ToProblem();
        var row = await FindAsync(db, visit.At, key, ct);
        if (IfMatch.Check(http, row?.RowVersion ?? 0) is { } stale)
            return stale.ToProblem();
        if (row is null)
        {
            row = new PolicyRow { OrganizationId = visit.At.OrganizationId, Level = level, ScopeId = ScopeOf(visit.At), Key = key, Value = "null" };
            db.Policies.Add(row);
        }

        row.Value = request.Value.GetRawText();
        row.Locked = request.Locked ?? row.Locked;
        row.UpdatedAt = clock.GetUtcNow();
        row.UpdatedBy = visit.Caller.Name;
        if (isWatermark)
            await overlays.StageEdgesAsync(db, visit.At.OrganizationId, visit.At.TenantId, visit.At.SpaceId, ct);
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        var after = await ReadAsync(db, visit.At, ct);
        if (dryRun is true)
        {
            var effect = await ChangeEffect.OfPolicyAsync(db, visit.At, key, row.Locked, before, after, ct);
            await turn!.RollbackAsync(ct);
            return Results.Ok(effect);
        }

        if (turn is not null)
            await turn.CommitAsync(ct);
        http.SetETag(row.RowVersion);
        return Results.Ok(PolicyResponse.Of(after[key], row));
    }

    private static async Task<IResult> Unset(
        string key, bool? dryRun, Visit visit, RegistryFactory registry, OverlayUses overlays, HttpContext http, CancellationToken ct)
    {
        if (PolicyCatalog.Find(key).Error is { } unknown)
            return unknown.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var turn = dryRun is true ? await db.Database.BeginTransactionAsync(ct) : null;
        var row = await FindAsync(db, visit.At, key, ct);
        if (IfMatch.Check(http, row?.RowVersion ?? 0) is { } stale)
            return stale.ToProblem();
        if (row is null)
            return turn is null ? Results.NoContent() : Results.Ok(new ChangeEffect(0, 0, 0, 0));
        var before = turn is null ? null : await ReadAsync(db, visit.At, ct);
        db.Policies.Remove(row);
        if (key == PolicyCatalog.Watermark)
            await overlays.StageEdgesAsync(db, visit.At.OrganizationId, visit.At.TenantId, visit.At.SpaceId, ct);
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        if (turn is null)
            return Results.NoContent();
        var effect = await ChangeEffect.OfPolicyAsync(db, visit.At, key, row.Locked, before!, await ReadAsync(db, visit.At, ct), ct);
        await turn.RollbackAsync(ct);
        return Results.Ok(effect);
    }

    private static Task<EffectivePolicy> ReadAsync(RegistryDb db, Place at, CancellationToken ct) =>
        PolicyResolver.ReadAsync(db, at.OrganizationId, at.TenantId, at.SpaceId, ct);

    private static Task<PolicyRow?> FindAsync(RegistryDb db, Place at, string key, CancellationToken ct)
    {
        var scope = ScopeOf(at);
        return db.Policies.SingleOrDefaultAsync(row => row.OrganizationId == at.OrganizationId && row.ScopeId == scope && row.Key == key, ct);
    }

    private static Guid ScopeOf(Place at) => at.SpaceId ?? at.TenantId ?? at.OrganizationId;

    private static PolicyLevel LevelOf(Place at) =>
        at.SpaceId is not null ? PolicyLevel.Space : at.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization;
}
