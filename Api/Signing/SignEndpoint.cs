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

/// <summary><c>POST /v1/sign</c>: signs image URLs of the caller's own tenants.</summary>
internal static class SignEndpoint
{
    private const int MaxUrls = 500;

    public static void MapSign(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/sign", Sign).RequireScopeSomewhere(Scopes.ImageSign).WithTags("Signed URLs")
            .Describe("signUrl", "Sign an image URL",
                "Takes a URL or a path of an image; the answer's URL works until expiresAt. The host signed is that of the URL, or of this request for a path.")
            .Answers<SignResponse>().Fails(400, 403, 404);
        routes.MapPost("/v1/sign/batch", SignMany).RequireScopeSomewhere(Scopes.ImageSign).WithTags("Signed URLs")
            .Describe("signUrls", "Sign many image URLs", $"Up to {MaxUrls}, each judged by itself; the answer has them in the same order.")
            .Answers<SignBatchResponse>().Fails(400, 403);
    }

    private static async Task<IResult> Sign(
        SignRequest request, Visit visit, TenantDirectory tenants, SigningKeyRing keys, AuditLog log, RegistryFactory registry, TimeProvider clock,
        HttpContext http, CancellationToken ct)
    {
        if (!(await MakeAsync(request, visit, tenants, keys, clock, http.Request, ct)).TryGet(out var made, out var error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(made.Space.OrganizationId);
        Note(log, db, made, request.Scope);
        await db.SaveChangesAsync(ct);
        return Results.Ok(made.Response);
    }

    private static async Task<IResult> SignMany(
        SignBatchRequest request, Visit visit, TenantDirectory tenants, SigningKeyRing keys, AuditLog log, RegistryFactory registry, TimeProvider clock,
        HttpContext http, CancellationToken ct)
    {
        if (request.Urls is not { Length: > 0 and <= MaxUrls } urls)
            return Problems.Invalid($"urls must hold 1 to {MaxUrls} URLs or paths of images.").ToProblem();
        if (request.Scope is not (null or SignatureQuery.AssetScope))
            return Problems.Invalid("scope is 'asset', or left out.").ToProblem();
        await using var db = registry.ForOrganization(visit.Caller.OrganizationId ?? Guid.Empty);
        var items = new List<SignBatchItem>(urls.Length);
        foreach (var text in urls)
        {
            if ((await MakeAsync(new SignRequest(text, request.TtlSeconds, request.Scope), visit, tenants, keys, clock, http.Request, ct)).TryGet(out var made,
                out var error))
            {
                items.Add(new SignBatchItem(made.Response.Url, made.Response.ExpiresAt, null, null));
                Note(log, db, made, request.Scope);
            }
            else
            {
                items.Add(new SignBatchItem(null, null, Problems.Name(error.Code), error.Detail));
            }
        }

        await db.SaveChangesAsync(ct);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Ok(new SignBatchResponse(items));
    }

    private static void Note(AuditLog log, RegistryDb db, Signed made, string? scope) => log.Add(
        db, made.Space.OrganizationId, "url.signed", "image", made.Path.Length <= 255 ? made.Path : made.Path[..255],
        after: new { kid = made.Kid, expiresAt = made.Response.ExpiresAt, scope });

    private static async Task<Result<Signed>> MakeAsync(
        SignRequest request, Visit visit, TenantDirectory tenants, SigningKeyRing keys, TimeProvider clock, HttpRequest http, CancellationToken ct)
    {
        if (!SignableUrl.Read(request.Url, http).TryGet(out var url, out var error))
            return error;
        if (request.Scope is not (null or SignatureQuery.AssetScope))
            return Problems.Invalid("scope is 'asset', or left out.");
        var space = await tenants.FindSpaceAsync(url.Organization, url.Tenant, url.Space, ct);
        if (space is null || space.OrganizationId != visit.Caller.OrganizationId || !visit.Caller.Sees(space.TenantId, space.SpaceId))
            return Problems.NotFound;
        if (!visit.Caller.May(Scopes.ImageSign, space.TenantId, space.SpaceId))
            return AccessErrors.Lacks(Scopes.ImageSign);
        if (!JudgeTtl(request.TtlSeconds, space.Policy).TryGet(out var ttl, out error))
            return error;
        if (await keys.ActiveAsync(space.OrganizationId, space.TenantId, ct) is not { } key)
            return new Error(ErrorCode.Conflict, "The tenant has no active signing key. Rotate its signing keys to make one.");

        // Whole seconds: the URL carries them, and the answer says the same moment.
        var expires = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + ttl).ToUnixTimeSeconds());
        var signing = new SignedRequest(url.Path, expires.ToUnixTimeSeconds(), UrlSignature.Hostname(url.Host), space.TenantId);
        var signed = request.Scope is null
            ? ImageUrlBuilder.SignedPath(key.Secret.Span, key.Kid, signing)
            : ImageUrlBuilder.SignedForAsset(key.Secret.Span, key.Kid, signing);
        return new Signed(space, url.Path, key.Kid, new SignResponse($"{url.Scheme}://{url.Host}{signed}", expires, (long)ttl.TotalSeconds));
    }

    private static Result<TimeSpan> JudgeTtl(long? seconds, EffectivePolicy policy)
    {
        if (seconds is null)
            return policy.SignedUrlTtlDefault <= policy.SignedUrlTtlMax ? policy.SignedUrlTtlDefault : policy.SignedUrlTtlMax;
        if (seconds < 1)
            return Problems.Invalid("ttlSeconds must be at least 1.");
        return seconds <= (long)policy.SignedUrlTtlMax.TotalSeconds
            ? TimeSpan.FromSeconds(seconds.Value)
            : new Error(ErrorCode.PolicyForbids,
                $"ttlSeconds may be at most {(long)policy.SignedUrlTtlMax.TotalSeconds} here (policy signed_url_ttl_max_seconds).");
    }
}

/// <summary>A URL just signed.</summary>
internal sealed record Signed(SpaceScope Space, string Path, string Kid, SignResponse Response)
{
    /// <summary>Never the URL.</summary>
    public override string ToString() => nameof(Signed);
}

/// <summary>What to sign, many at a time.</summary>
/// <param name="Urls">URLs or paths of images, without signatures.</param>
/// <param name="TtlSeconds">How long they should work; each policy's default where left out.</param>
/// <param name="Scope">As for one URL.</param>
internal sealed record SignBatchRequest(string[]? Urls, long? TtlSeconds, string? Scope = null);

/// <summary>Signed URLs, in the order asked.</summary>
internal sealed record SignBatchResponse(IReadOnlyList<SignBatchItem> Items);

/// <summary>One of them.</summary>
/// <param name="Url">Signed; null where it was refused.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="Code">An error code; null where there is a URL.</param>
/// <param name="Detail">Why there is none.</param>
internal sealed record SignBatchItem(string? Url, DateTimeOffset? ExpiresAt, string? Code, string? Detail)
{
    /// <summary>Never the URL.</summary>
    public override string ToString() => nameof(SignBatchItem);
}

/// <summary>What to sign.</summary>
/// <param name="Url">URL or path of an image, without a signature.</param>
/// <param name="TtlSeconds">How long it should work; the policy's default where left out.</param>
/// <param name="Scope"><c>asset</c>: the signature opens the picture in every width, height, pixel ratio, quality and format, for a <c>srcset</c>; left
/// out: this URL alone.</param>
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
