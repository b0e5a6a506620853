using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Spaces;

/// <summary>Spaces of a tenant, which hold assets.</summary>
internal static class SpaceEndpoints
{
    public static void MapSpaces(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/tenants/{tenant}/spaces").WithTags("Spaces");
        group.MapPost("", Create).RequireScope(Scopes.TenantWrite).Idempotent()
            .Describe("createSpace", "Create a space").Answers<SpaceResponse>(201).Fails(400, 403, 404, 409);
        group.MapGet("", List).RequireCaller().Describe("listSpaces", "List spaces").Answers<Page<SpaceResponse>>().Fails(400, 404);
        group.MapGet("/{space}", Get).RequireCaller().Describe("getSpace", "Show a space").Answers<SpaceResponse>().Fails(404);
        group.MapPatch("/{space}", Update).RequireScope(Scopes.TenantWrite)
            .Describe("updateSpace", "Rename a space, or change the access of its new assets").Answers<SpaceResponse>().Fails(400, 403, 404, 412);
        group.MapDelete("/{space}", Delete).RequireScope(Scopes.TenantWrite)
            .Describe("deleteSpace", "Delete a space", "Its images stop at once; its slug is free again.").AnswersNothing().Fails(403, 404, 412);
    }

    private static async Task<IResult> Create(
        CreateSpaceRequest request, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!NameRules.ReadSlug(request.Slug).TryGet(out var slug, out var error) || !NameRules.ReadName(request.Name).TryGet(out var name, out error))
            return error.ToProblem();
        var now = clock.GetUtcNow();
        var space = new Space
        {
            OrganizationId = visit.At.OrganizationId,
            TenantId = visit.At.TenantId!.Value,
            Slug = slug.Value,
            Name = name,
            DefaultAccess = request.DefaultAccess,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        db.Spaces.Add(space);
        if (await db.TrySaveAsync(NameRules.Taken(slug.Value), ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(space.RowVersion);
        return Results.Created($"/v1/organizations/{visit.At.Organization}/tenants/{visit.At.Tenant}/spaces/{space.Slug}",
            SpaceResponse.Of(space, visit.At.Tenant!));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? cursor, int? limit, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        var visible = visit.VisibleSpaces(visit.At.TenantId!.Value);
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await db.Spaces.AsNoTracking()
            .Where(row => row.TenantId == visit.At.TenantId && row.DeletedAt == null && (after == null || row.Id > after))
            .Where(row => visible == null || visible.Contains(row.Id))
            .OrderBy(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, row => SpaceResponse.Of(row, visit.At.Tenant!), static row => Cursor.Of(row.Id)));
    }

    private static async Task<IResult> Get(Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } space)
            return Problems.NotFound.ToProblem();
        http.SetETag(space.RowVersion);
        return Results.Ok(SpaceResponse.Of(space, visit.At.Tenant!));
    }

    private static async Task<IResult> Update(
        UpdateSpaceRequest request, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } space)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, space.RowVersion) is { } stale)
            return stale.ToProblem();
        if (Apply(request, space) is { } error)
            return error.ToProblem();
        space.UpdatedAt = clock.GetUtcNow();
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(space.RowVersion);
        return Results.Ok(SpaceResponse.Of(space, visit.At.Tenant!));
    }

    private static Error? Apply(UpdateSpaceRequest request, Space space)
    {
        if (request.Name is not null)
        {
            if (!NameRules.ReadName(request.Name).TryGet(out var name, out var error))
                return error;
            space.Name = name;
        }

        space.DefaultAccess = request.DefaultAccess switch
        {
            null => space.DefaultAccess,
            SpaceAccess.Public => AssetAccess.Public,
            SpaceAccess.Private => AssetAccess.Private,
            _ => null,
        };
        return null;
    }

    private static async Task<IResult> Delete(Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } space)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, space.RowVersion) is { } stale)
            return stale.ToProblem();
        space.DeletedAt = space.UpdatedAt = clock.GetUtcNow();
        return await db.TrySaveAsync(http, ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    private static Task<Space?> FindAsync(RegistryDb db, Place place, CancellationToken ct) =>
        db.Spaces.SingleOrDefaultAsync(row => row.Id == place.SpaceId && row.TenantId == place.TenantId && row.DeletedAt == null, ct);
}
