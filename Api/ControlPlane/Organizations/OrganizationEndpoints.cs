using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Organizations;

/// <summary>Organizations: made by the operator, kept by their owners.</summary>
internal static class OrganizationEndpoints
{
    public static void MapOrganizations(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations").WithTags("Organizations");
        group.MapPost("", Create).RequirePlatform().Idempotent()
            .Describe("createOrganization", "Create an organization",
                "Needs the operator's platform key. The answer holds the organization's first API key, shown once.")
            .Answers<OrganizationCreatedResponse>(201).Fails(400, 403, 409);
        group.MapGet("", List).RequireAnyCredential()
            .Describe("listOrganizations", "List the organizations this credential can see")
            .Answers<Page<OrganizationResponse>>().Fails(400);
        group.MapGet("/{org}", Get).RequireCaller()
            .Describe("getOrganization", "Show an organization").Answers<OrganizationResponse>().Fails(404);
        group.MapPatch("/{org}", Update).RequireScope(Scopes.TenantWrite)
            .Describe("updateOrganization", "Rename an organization").Answers<OrganizationResponse>().Fails(400, 403, 404, 412);
        group.MapDelete("/{org}", Delete).RequireScope(Scopes.TenantWrite)
            .Describe("deleteOrganization", "Delete an organization",
                "Its images, keys and sessions stop working at once. Needs an owner, or a key with all scopes.")
            .AnswersNothing().Fails(403, 404, 412);
    }

    private static async Task<IResult> Create(
        CreateOrganizationRequest request, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!NameRules.ReadSlug(request.Slug).TryGet(out var slug, out var error) || !NameRules.ReadName(request.Name).TryGet(out var name, out error))
            return error.ToProblem();
        var now = clock.GetUtcNow();
        var organization = new Organization { Slug = slug.Value, Name = name, CreatedAt = now, UpdatedAt = now };
        var keyId = ApiKeyText.NewKeyId();
        var (text, hash) = ApiKeyText.New(keyId);
        await using var db = registry.ForOrganization(organization.Id);
        db.Organizations.Add(organization);
        db.ApiKeys.Add(new ApiKey
        {
            OrganizationId = organization.Id,
            KeyId = keyId,
            Name = "First key",
            SecretHash = hash,
            Scopes = [.. Scopes.All.Order(StringComparer.Ordinal)],
            CreatedAt = now,
        });
        if (await db.TrySaveAsync(NameRules.Taken(slug.Value), ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(organization.RowVersion);
        return Results.Created(
            $"/v1/organizations/{organization.Slug}", new OrganizationCreatedResponse(organization.Id, organization.Slug, organization.Name, text));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? cursor, int? limit, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        Guid[] own = visit.Person is { } person
            ? [.. person.Memberships.Select(static membership => membership.OrganizationId).Distinct()]
            : [visit.Caller.OrganizationId ?? Guid.Empty];

        // Several organizations of one person, or all of them for the operator, lie beyond one organization's unit of work.
        await using var db = registry.ForSystem();
        var rows = await db.Organizations.AsNoTracking()
            .Where(row => row.DeletedAt == null && (after == null || row.Id > after) && (visit.Caller.IsPlatform || own.Contains(row.Id)))
            .OrderBy(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, OrganizationResponse.Of, static row => Cursor.Of(row.Id)));
    }

    private static async Task<IResult> Get(Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } organization)
            return Problems.NotFound.ToProblem();
        http.SetETag(organization.RowVersion);
        return Results.Ok(OrganizationResponse.Of(organization));
    }

    private static async Task<IResult> Update(
        UpdateOrganizationRequest request, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } organization)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, organization.RowVersion) is { } stale)
            return stale.ToProblem();
        if (request.Name is not null)
        {
            if (!NameRules.ReadName(request.Name).TryGet(out var name, out var error))
                return error.ToProblem();
            organization.Name = name;
        }

        organization.UpdatedAt = clock.GetUtcNow();
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(organization.RowVersion);
        return Results.Ok(OrganizationResponse.Of(organization));
    }

    private static async Task<IResult> Delete(Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!visit.OwnsOrganization())
            return new Error(ErrorCode.Forbidden, "Only an owner, or a key with all scopes, may delete an organization.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } organization)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, organization.RowVersion) is { } stale)
            return stale.ToProblem();
        organization.DeletedAt = organization.UpdatedAt = clock.GetUtcNow();
        return await db.TrySaveAsync(http, ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    private static Task<Organization?> FindAsync(RegistryDb db, Place place, CancellationToken ct) =>
        db.Organizations.SingleOrDefaultAsync(row => row.Id == place.OrganizationId && row.DeletedAt == null, ct);
}
