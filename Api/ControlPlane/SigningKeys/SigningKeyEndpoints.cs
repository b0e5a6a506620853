using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.SigningKeys;

/// <summary>A tenant's keys for signed URLs.</summary>
internal static class SigningKeyEndpoints
{
    private const int DefaultGraceSeconds = 24 * 3600;
    private const int MaxGraceSeconds = 365 * 24 * 3600;

    public static void MapSigningKeys(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/tenants/{tenant}/signing-keys").WithTags("Signing keys");
        group.MapGet("", List)
            .RequireScope(Scopes.KeyWrite).Describe("listSigningKeys", "List a tenant's signing keys").Answers<SigningKeysResponse>().Fails(403, 404);
        group.MapPost("/rotate", Rotate).RequireScope(Scopes.KeyWrite).Idempotent()
            .Describe("rotateSigningKey", "Make a new signing key",
                "It signs from now on; signatures of the one before verify until the grace period ends. The secret is shown once.")
            .Answers<SigningKeySecretResponse>(201).Fails(400, 403, 404, 409);
        group.MapPost("/{kid}/revoke", Revoke).RequireScope(Scopes.KeyWrite)
            .Describe("revokeSigningKey", "Revoke a signing key at once",
                "URLs signed with it stop working. An active key is replaced by a new one, so that signing goes on.")
            .Answers<SigningKeyResponse>().Fails(403, 404, 409, 412);
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, TimeProvider clock, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var keys = await db.SigningKeys.AsNoTracking()
            .Where(key => key.TenantId == visit.At.TenantId).OrderByDescending(key => key.Id).Take(200).ToListAsync(ct);
        var now = clock.GetUtcNow();
        return Results.Ok(new SigningKeysResponse([.. keys.Select(key => SigningKeyResponse.Of(key, now))]));
    }

    private static async Task<IResult> Rotate(
        RotateSigningKeyRequest? request, Visit visit, RegistryFactory registry, SigningKeyIssuer issuer, CancellationToken ct)
    {
        if (request?.GraceSeconds is < 0 or > MaxGraceSeconds)
            return Problems.Invalid($"graceSeconds must be from 0 to {MaxGraceSeconds}.").ToProblem();
        var grace = TimeSpan.FromSeconds(request?.GraceSeconds ?? DefaultGraceSeconds);
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var transaction = await db.BeginExclusiveAsync($"signing {visit.At.TenantId}", ct);
        var present = await db.SigningKeys.Where(key => key.TenantId == visit.At.TenantId && key.State == SigningKeyState.Active).ToListAsync(ct);
        var issued = issuer.Rotate(present, visit.At.OrganizationId, visit.At.TenantId!.Value, grace);
        db.SigningKeys.Add(issued.Key);
        if (await db.TrySaveAsync(ct) is { } failure)
            return failure.ToProblem();
        await transaction.CommitAsync(ct);
        return Results.Created((string?)null, new SigningKeySecretResponse(issued.Key.Kid, issued.Secret));
    }

    private static async Task<IResult> Revoke(
        string kid, Visit visit, RegistryFactory registry, SigningKeyIssuer issuer, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var transaction = await db.BeginExclusiveAsync($"signing {visit.At.TenantId}", ct);
        var key = await db.SigningKeys.SingleOrDefaultAsync(row => row.Kid == kid && row.TenantId == visit.At.TenantId, ct);
        if (key is null)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, key.RowVersion) is { } stale)
            return stale.ToProblem();
        var wasActive = key.State is SigningKeyState.Active;
        SigningKeyIssuer.Revoke(key);
        if (wasActive)
            db.SigningKeys.Add(issuer.Issue(key.OrganizationId, key.TenantId).Key);
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        await transaction.CommitAsync(ct);
        return Results.Ok(SigningKeyResponse.Of(key, clock.GetUtcNow()));
    }
}
