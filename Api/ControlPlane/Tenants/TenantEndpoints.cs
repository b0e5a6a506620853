using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Tenants;

/// <summary>Tenants of an organization. Each has a signing key from the start.</summary>
internal static class TenantEndpoints
{
    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/tenants").WithTags("Tenants");
        group.MapPost("", Create).RequireScope(Scopes.TenantWrite).Idempotent()
            .Describe("createTenant", "Create a tenant", "It gets a signing key at once.").Answers<TenantResponse>(201).Fails(400, 403, 404, 409);
        group.MapGet("", List).RequireCaller().Describe("listTenants", "List tenants").Answers<Page<TenantResponse>>().Fails(400, 404);
        group.MapGet("/{tenant}", Get).RequireCaller().Describe("getTenant", "Show a tenant").Answers<TenantResponse>().Fails(404);
        group.MapPatch("/{tenant}", Update).RequireScope(Scopes.TenantWrite)
            .Describe("updateTenant", "Rename a tenant").Answers<TenantResponse>().Fails(400, 403, 404, 412);
        group.MapDelete("/{tenant}", Delete).RequireScope(Scopes.TenantWrite)
            .Describe("deleteTenant", "Delete a tenant", "Its images stop at once; its slug is free again.").AnswersNothing().Fails(403, 404, 412);
    }

    private static async Task<IResult> Create(
        CreateTenantRequest request, Visit visit, RegistryFactory registry, SigningKeyIssuer issuer, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!NameRules.ReadTenantSlug(request.Slug).TryGet(out var slug, out var error) || !NameRules.ReadName(request.Name).TryGet(out var name, out error))
            return error.ToProblem();
        var now = clock.GetUtcNow();
        var tenant = new Tenant { OrganizationId = visit.At.OrganizationId, Slug = slug.Value, Name = name, CreatedAt = now, UpdatedAt = now };
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        db.Tenants.Add(tenant);
        db.SigningKeys.Add(issuer.Issue(tenant.OrganizationId, tenant.Id).Key);
        if (await db.TrySaveAsync(NameRules.Taken(slug.Value), ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(tenant.RowVersion);
        return Results.Created($"/v1/organizations/{visit.At.Organization}/tenants/{tenant.Slug}", TenantResponse.Of(tenant));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? cursor, int? limit, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        var visible = visit.VisibleTenants();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await db.Tenants.AsNoTracking()
            .Where(row => row.OrganizationId == visit.At.OrganizationId && row.DeletedAt == null && (after == null || row.Id > after))
            .Where(row => visible == null || visible.Contains(row.Id))
            .OrderBy(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, TenantResponse.Of, static row => Cursor.Of(row.Id)));
    }

    private static async Task<IResult> Get(Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } tenant)
            return Problems.NotFound.ToProblem();
        http.SetETag(tenant.RowVersion);
        return Results.Ok(TenantResponse.Of(tenant));
    }

    private static async Task<IResult> Update(
        UpdateTenantRequest request, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } tenant)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, tenant.RowVersion) is { } stale)
            return stale.ToProblem();
        if (request.Name is not null)
        {
            if (!NameRules.ReadName(request.Name).TryGet(out var name, out var error))
                return error.ToProblem();
            tenant.Name = name;
        }

        tenant.UpdatedAt = clock.GetUtcNow();
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(tenant.RowVersion);
        return Results.Ok(TenantResponse.Of(tenant));
    }

    private static async Task<IResult> Delete(Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } tenant)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, tenant.RowVersion) is { } stale)
            return stale.ToProblem();
        tenant.DeletedAt = tenant.UpdatedAt = clock.GetUtcNow();
        return await db.TrySaveAsync(http, ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    private static Task<Tenant?> FindAsync(RegistryDb db, Place place, CancellationToken ct) =>
        db.Tenants.SingleOrDefaultAsync(row => row.Id == place.TenantId && row.OrganizationId == place.OrganizationId && row.DeletedAt == null, ct);
}
