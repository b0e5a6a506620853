using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Core.Tenancy;

namespace ImageService.Api.Signing;

/// <summary><c>POST /v1/sign</c>: signs an image URL of the caller's own tenants.</summary>
internal static class SignEndpoint
{
    public static void MapSign(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/sign", Sign).RequireScopeSomewhere(Scopes.ImageSign).WithTags("Signed URLs")
            .Describe("signUrl", "Sign an image URL", "Takes a URL or a path of an image; the answer's URL works until expiresAt. The host signed is that of the URL, or of this request for a path.")
            .Answers<SignResponse>().Fails(400, 403, 404);

    private static async Task<IResult> Sign(
        SignRequest request, Visit visit, TenantDirectory tenants, SigningKeyRing keys, AuditLog log, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!SignableUrl.Read(request.Url, http.Request).TryGet(out var url, out var error))
            return error.ToProblem();
        if (request.Scope is not (null or SignatureQuery.AssetScope))
            return Problems.Invalid("scope is 'asset', or left out.").ToProblem();
        var space = await tenants.FindSpaceAsync(url.Organization, url.Tenant, url.Space, ct);
        if (space is null || space.OrganizationId != visit.Caller.OrganizationId || !visit.Caller.Sees(space.TenantId, space.SpaceId))
            return Problems.NotFound.ToProblem();
        if (!visit.Caller.May(Scopes.ImageSign, space.TenantId, space.SpaceId))
            return Refusals.Lacks(Scopes.ImageSign).ToProblem();
        if (!JudgeTtl(request.TtlSeconds, space.Policy).TryGet(out var ttl, out error))
            return error.ToProblem();
        if (await keys.ActiveAsync(space.OrganizationId, space.TenantId, ct) is not { } key)
            return new Error(ErrorCode.Conflict, "The tenant has no active signing key. Rotate its signing keys to make one.").ToProblem();

        // Whole seconds: the URL carries them, and the answer says the same moment.
        var expires = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + ttl).ToUnixTimeSeconds());
        var signing = new SignedRequest(url.Path, expires.ToUnixTimeSeconds(), UrlSignature.Hostname(url.Host), space.TenantId);
        var signed = request.Scope is null
            ? ImageUrlBuilder.SignedPath(key.Secret.Span, key.Kid, signing)
            : ImageUrlBuilder.SignedForAsset(key.Secret.Span, key.Kid, signing);
        await using var db = registry.ForOrganization(space.OrganizationId);
        log.Add(db, space.OrganizationId, "url.signed", "image", url.Path.Length <= 255 ? url.Path : url.Path[..255], after: new { kid = key.Kid, expiresAt = expires, scope = request.Scope });
        await db.SaveChangesAsync(ct);
        return Results.Ok(new SignResponse($"{url.Scheme}://{url.Host}{signed}", expires, (long)ttl.TotalSeconds));
    }

    private static Result<TimeSpan> JudgeTtl(long? seconds, EffectivePolicy policy)
    {
        if (seconds is null)
            return policy.SignedUrlTtlDefault <= policy.SignedUrlTtlMax ? policy.SignedUrlTtlDefault : policy.SignedUrlTtlMax;
        if (seconds < 1)
            return Problems.Invalid("ttlSeconds must be at least 1.");
        return seconds <= (long)policy.SignedUrlTtlMax.TotalSeconds
            ? TimeSpan.FromSeconds(seconds.Value)
            : new Error(ErrorCode.PolicyForbids, $"ttlSeconds may be at most {(long)policy.SignedUrlTtlMax.TotalSeconds} here (policy signed_url_ttl_max_seconds).");
    }
}

/// <summary>What to sign.</summary>
/// <param name="Url">URL or path of an image, without a signature.</param>
/// <param name="TtlSeconds">How long it should work; the policy's default where left out.</param>
/// <param name="Scope"><c>asset</c>: the signature opens the picture in every width, height, pixel ratio, quality and format, for a <c>srcset</c>; left out: this URL alone.</param>
internal sealed record SignRequest(string? Url, long? TtlSeconds, string? Scope = null);

/// <summary>A signed URL.</summary>
/// <param name="Url">Absolute; works for whoever has it until it expires.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="ExpiresIn">The same as seconds from now.</param>
internal sealed record SignResponse(string Url, DateTimeOffset ExpiresAt, long ExpiresIn)
{
    /// <summary>Never the URL.</summary>
    public override string ToString() => nameof(SignResponse);
}
