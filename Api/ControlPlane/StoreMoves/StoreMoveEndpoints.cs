using System.Text.Json;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Messaging;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.StoreMoves;

/// <summary>Moves between object stores at an organization, a tenant or a space: asked for and watched here, done by the worker.</summary>
internal static class StoreMoveEndpoints
{
    public static void MapStoreMoves(this IEndpointRouteBuilder routes)
    {
        MapLevel(routes, "/v1/organizations/{org}/store-moves", "Organization");
        MapLevel(routes, "/v1/organizations/{org}/tenants/{tenant}/store-moves", "Tenant");
        MapLevel(routes, "/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/store-moves", "Space");
    }

    private static void MapLevel(IEndpointRouteBuilder routes, string pattern, string level)
    {
        var of = $" of {(level == "Organization" ? "an" : "a")} {level.ToLowerInvariant()}";
        var group = routes.MapGroup(pattern).WithTags("Stores");
        group.MapPost("", Create).RequireScope(Scopes.PolicyWrite).Idempotent()
            .Describe($"create{level}StoreMove", "Move the images" + of + " to another store",
                "Sets the policy store here first, so that new uploads go there; images answer throughout.")
            .Answers<StoreMoveResponse>(202).Fails(400, 403, 404, 409);
        group.MapGet("", List)
            .RequireCaller().Describe($"list{level}StoreMoves", "List moves" + of, "Newest first.").Answers<Page<StoreMoveResponse>>().Fails(400, 404);
        group.MapGet("/{id:guid}", Get).RequireCaller().Describe($"get{level}StoreMove", "Watch a move" + of).Answers<StoreMoveResponse>().Fails(404);
        group.MapDelete("/{id:guid}", Stop).RequireScope(Scopes.PolicyWrite)
            .Describe($"stop{level}StoreMove", "Stop a move" + of, "What was moved stays moved, and the policy stays as it is.")
            .AnswersNothing().Fails(403, 404, 409);
    }

    private static async Task<IResult> Create(
        StoreMoveRequest request, Visit visit, RegistryFactory registry, ObjectStores stores, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (request.Store is not { } store || !stores.Knows(store))
            return Problems.Invalid($"store must be one of {Names(stores)}.").ToProblem();
        var (at, now) = (visit.At, clock.GetUtcNow());
        await using var db = registry.ForOrganization(at.OrganizationId);
        var level = LevelOf(at);
        if ((await PolicyResolver.ReadAsync(db, at.OrganizationId, at.TenantId, at.SpaceId, ct)).JudgeSet(PolicyCatalog.Store, level) is { } locked)
            return locked.ToProblem();

        // Two moves of one place would undo each other; taking turns makes sure that the second sees the first.
        await using var turn = await db.BeginExclusiveAsync($"store-moves:{at.OrganizationId:n}", ct);
        var open = await db.StoreMoves.AsNoTracking().Where(row => row.State == StoreMoveState.Queued || row.State == StoreMoveState.Copying).ToListAsync(ct);
        if (open.FirstOrDefault(move => Overlaps(move, at)) is { } other)
            return new Error(ErrorCode.Conflict, $"Move {other.Id} to store '{other.Store}' is under way here. Wait for it or stop it first.").ToProblem();
        await SetPolicyAsync(db, visit, level, store, now, ct);
        var move = new StoreMove
        {
            OrganizationId = at.OrganizationId, TenantId = at.TenantId, SpaceId = at.SpaceId, Store = store, CreatedBy = visit.Caller.Id, CreatedAt = now,
            UpdatedAt = now,
        };
        db.StoreMoves.Add(move);
        db.Publish(new StoreMoveRequested(at.OrganizationId, move.Id), now);
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        await turn.CommitAsync(ct);
        return Results.Accepted($"{http.Request.Path}/{move.Id}", StoreMoveResponse.Of(move));
    }

    private static async Task<IResult> List(string? cursor, int? limit, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var before, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await Here(db, visit.At).Where(row => before == null || row.Id < before).OrderByDescending(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, StoreMoveResponse.Of, row => Cursor.Of(row.Id)));
    }

    private static async Task<IResult> Get(Guid id, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        return await Here(db, visit.At).SingleOrDefaultAsync(row => row.Id == id, ct) is { } move
            ? Results.Ok(StoreMoveResponse.Of(move)) : Problems.NotFound.ToProblem();
    }

    private static async Task<IResult> Stop(Guid id, Visit visit, RegistryFactory registry, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await Here(db, visit.At).SingleOrDefaultAsync(row => row.Id == id, ct) is not { } move)
            return Problems.NotFound.ToProblem();
        var stopped = await db.StoreMoves.Where(row => row.Id == id && StoreMove.Unfinished.Contains(row.State))
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.State, StoreMoveState.Stopped).SetProperty(it => it.UpdatedAt, now), ct);
        return stopped == 1 || move.State is StoreMoveState.Stopped
            ? Results.NoContent() : new Error(ErrorCode.Conflict, "The move has ended already.").ToProblem();
    }

    private static string Names(ObjectStores stores) => string.Join(", ", stores.All.Select(store => $"'{store.Name}'"));

    private static async Task SetPolicyAsync(RegistryDb db, Visit visit, PolicyLevel level, string store, DateTimeOffset now, CancellationToken ct)
    {
        var at = visit.At;
        var scope = at.SpaceId ?? at.TenantId ?? at.OrganizationId;
        var row =
            await db.Policies.SingleOrDefaultAsync(
                policy => policy.OrganizationId == at.OrganizationId && policy.ScopeId == scope && policy.Key == PolicyCatalog.Store, ct);
        if (row is null)
        {
            row = new PolicyRow { OrganizationId = at.OrganizationId, Level = level, ScopeId = scope, Key = PolicyCatalog.Store, Value = "null" };
            db.Policies.Add(row);
        }

        row.Value = JsonSerializer.Serialize(store);
        row.UpdatedAt = now;
        row.UpdatedBy = visit.Caller.Name;
    }

    private static bool Overlaps(StoreMove move, Place at) =>
        (move.TenantId is null || at.TenantId is null || move.TenantId == at.TenantId)
            && (move.SpaceId is null || at.SpaceId is null || move.SpaceId == at.SpaceId);

    /// <summary>Moves of this very place.</summary>
    private static IQueryable<StoreMove> Here(RegistryDb db, Place at) =>
        db.StoreMoves.AsNoTracking().Where(row => row.OrganizationId == at.OrganizationId && row.TenantId == at.TenantId && row.SpaceId == at.SpaceId);

    private static PolicyLevel LevelOf(Place at) =>
        at.SpaceId is not null ? PolicyLevel.Space : at.TenantId is not null ? PolicyLevel.Tenant : PolicyLevel.Organization;
}
