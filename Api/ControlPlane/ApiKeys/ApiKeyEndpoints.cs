using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.ApiKeys;

/// <summary>API keys: made, rotated and revoked by whoever may write keys, and revoked by whoever holds one.</summary>
internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/api-keys").WithTags("API keys");
        group.MapPost("", Create).RequireScopeSomewhere(Scopes.KeyWrite).Idempotent()
            .Describe("createApiKey", "Create an API key", "The secret is shown once. No key can do more than the credential that makes it.")
            .Answers<ApiKeySecretResponse>(201).Fails(400, 403, 404, 409);
        group.MapGet("", List)
            .RequireScopeSomewhere(Scopes.KeyWrite).Describe("listApiKeys", "List API keys").Answers<Page<ApiKeyResponse>>().Fails(400, 403, 404);
        group.MapGet("/{id:guid}", Get)
            .RequireScopeSomewhere(Scopes.KeyWrite).Describe("getApiKey", "Show an API key").Answers<ApiKeyResponse>().Fails(403, 404);
        group.MapPost("/{id:guid}/rotate", Rotate).RequireScopeSomewhere(Scopes.KeyWrite).Idempotent()
            .Describe("rotateApiKey", "Give an API key a new secret", "The old one works on for the grace period.")
            .Answers<ApiKeySecretResponse>().Fails(400, 403, 404, 409, 412);
        group.MapDelete("/{id:guid}", Revoke).RequireScopeSomewhere(Scopes.KeyWrite)
            .Describe("revokeApiKey", "Revoke an API key", "It stops working within five seconds everywhere.").AnswersNothing().Fails(403, 404, 412);
        routes.MapDelete("/v1/api-keys/current", RevokeOwn).RequireCaller().WithTags("API keys")
            .Describe("revokeOwnApiKey", "Revoke the API key this request is made with", "For whoever finds a leaked key: holding it is enough.")
            .AnswersNothing().Fails(403);
    }

    private static async Task<IResult> Create(
        CreateApiKeyRequest request, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (ApiKeyRules.Judge(request, now) is { } invalid)
            return invalid.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (!(await CallerPlaces.FindIdsAsync(db, visit.Caller, request.Tenant, space: null, ct)).TryGet(out var place, out var error))
            return error.ToProblem();
        var keyId = ApiKeyText.NewKeyId();
        var (text, hash) = ApiKeyText.New(keyId);
        var key = new ApiKey
        {
            OrganizationId = visit.At.OrganizationId,
            TenantId = place.TenantId,
            KeyId = keyId,
            Name = request.Name!.Trim(),
            SecretHash = hash,
            Scopes = [.. request.Scopes!.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            AllowedAddresses = ApiKeyRules.Networks(request.AllowedAddresses),
            ExpiresAt = request.ExpiresAt?.ToUniversalTime(),
            CreatedAt = now,
        };
        if (ApiKeyRules.JudgeReach(visit, key.Scopes, place.TenantId, ApiKeyRules.LimitsOf(key)) is { } refused)
            return refused.ToProblem();
        db.ApiKeys.Add(key);
        if (await db.TrySaveAsync(ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(key.RowVersion);
        return Results.Created($"{http.Request.Path}/{key.Id}", ApiKeySecretResponse.Of(key, text, request.Tenant));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? cursor, int? limit, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        var visible = visit.TenantsWith(Scopes.KeyWrite);
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await db.ApiKeys.AsNoTracking()
            .Where(key => key.OrganizationId == visit.At.OrganizationId && (after == null || key.Id > after))
            .Where(key => visible == null || (key.TenantId != null && visible.Contains(key.TenantId.Value)))
            .OrderBy(key => key.Id).Take(size + 1)
            .Select(key => new { Key = key, Tenant = db.Tenants.Where(tenant => tenant.Id == key.TenantId).Select(tenant => tenant.Slug).SingleOrDefault() })
            .ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, static row => ApiKeyResponse.Of(row.Key, row.Tenant), static row => Cursor.Of(row.Key.Id)));
    }

    private static async Task<IResult> Get(Guid id, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit, id, ct) is not { } key)
            return Problems.NotFound.ToProblem();
        http.SetETag(key.RowVersion);
        return Results.Ok(ApiKeyResponse.Of(key, await CallerPlaces.TenantSlugAsync(db, key.TenantId, ct)));
    }

    private static async Task<IResult> Rotate(
        Guid id, RotateApiKeyRequest? request, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (request?.GraceSeconds is < 0 or > ApiKeyRules.MaxGraceSeconds)
            return Problems.Invalid($"graceSeconds must be from 0 to {ApiKeyRules.MaxGraceSeconds}.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit, id, ct) is not { } key)
            return Problems.NotFound.ToProblem();
        if ((ApiKeyRules.JudgeReach(visit, key.Scopes, key.TenantId, ApiKeyRules.LimitsOf(key)) ?? IfMatch.Check(http, key.RowVersion)) is { } refused)
            return refused.ToProblem();
        var now = clock.GetUtcNow();
        if (key.RevokedAt is not null || key.ExpiresAt <= now)
            return new Error(ErrorCode.Conflict, "The key is revoked or expired. Create a new one.").ToProblem();
        var text = ApiKeyRules.Rotate(key, TimeSpan.FromSeconds(request?.GraceSeconds ?? 0), now);
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(key.RowVersion);
        return Results.Ok(ApiKeySecretResponse.Of(key, text, await CallerPlaces.TenantSlugAsync(db, key.TenantId, ct)));
    }

    private static async Task<IResult> Revoke(Guid id, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit, id, ct) is not { } key)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, key.RowVersion) is { } stale)
            return stale.ToProblem();
        return await RevokeAsync(db, key, clock, http, ct);
    }

    private static async Task<IResult> RevokeOwn(Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (visit.Caller is not { Type: ActorType.ApiKey, OrganizationId: { } organizationId })
            return new Error(ErrorCode.Forbidden, "This request is not made with an API key. A session ends by DELETE /v1/sessions/current.").ToProblem();
        await using var db = registry.ForOrganization(organizationId);
        var key = await db.ApiKeys.SingleAsync(row => row.Id == visit.Caller.Id, ct);
        return await RevokeAsync(db, key, clock, http, ct);
    }

    private static async Task<IResult> RevokeAsync(RegistryDb db, ApiKey key, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (key.RevokedAt is not null)
            return Results.NoContent();
        key.RevokedAt = clock.GetUtcNow();
        key.PreviousSecretHash = null;
        key.PreviousSecretValidUntil = null;
        return await db.TrySaveAsync(http, ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    /// <summary>A key bound to a tenant where the caller may not write keys does not exist for the caller.</summary>
    private static async Task<ApiKey?> FindAsync(RegistryDb db, Visit visit, Guid id, CancellationToken ct)
    {
        var key = await db.ApiKeys.SingleOrDefaultAsync(row => row.Id == id && row.OrganizationId == visit.At.OrganizationId, ct);
        return key is not null && visit.Caller.May(Scopes.KeyWrite, key.TenantId, spaceId: null) ? key : null;
    }
}
