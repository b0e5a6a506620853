using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Signing;
using ImageService.Core.Tenancy;

namespace ImageService.Api.Signing;

/// <summary>
/// <c>POST /v1/views</c>: short-lived addresses by which a reader looks at private images himself, many at a time. Addresses to give to others are made by
/// <c>POST /v1/sign</c>.
/// </summary>
internal static class ViewEndpoint
{
    private const int MaxUrls = 200;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    public static void MapViews(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/views", View).RequireScopeSomewhere(Scopes.ImageRead).WithTags("Signed URLs")
            .Describe("viewImages", "Look at images",
                $"Takes up to {MaxUrls} URLs or paths of images; the answer has, in the same order, addresses that work for ten minutes. Needs image:read where image:sign is for "
                + "addresses that others get.")
            .Answers<ViewResponse>().Fails(400, 403);

    private static async Task<IResult> View(ViewRequest request, Visit visit, TenantDirectory tenants, SigningKeyRing keys, TimeProvider clock,
        HttpContext http, CancellationToken ct)
    {
        if (request.Urls is not { Length: > 0 and <= MaxUrls } urls)
            return Problems.Invalid($"urls must hold 1 to {MaxUrls} URLs or paths of images.").ToProblem();
        var now = clock.GetUtcNow();
        var items = new List<ViewItem>(urls.Length);
        foreach (var text in urls)
        {
            var signed = await SignAsync(text, visit.Caller, tenants, keys, now, http.Request, ct);
            items.Add(signed.TryGet(out var view, out var error) ? view : new ViewItem(null, null, Problems.Name(error.Code), error.Detail));
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.Ok(new ViewResponse(items));
    }

    private static async Task<Result<ViewItem>> SignAsync(
        string? text, Caller caller, TenantDirectory tenants, SigningKeyRing keys, DateTimeOffset now, HttpRequest request, CancellationToken ct)
    {
        if (!SignableUrl.Read(text, request).TryGet(out var url, out var error))
            return error;
        var space = await tenants.FindSpaceAsync(url.Organization, url.Tenant, url.Space, ct);
        if (space is null || space.OrganizationId != caller.OrganizationId || !caller.Sees(space.TenantId, space.SpaceId))
            return Problems.NotFound;
        if (!caller.May(Scopes.ImageRead, space.TenantId, space.SpaceId))
            return AccessErrors.Lacks(Scopes.ImageRead);
        if (await keys.ActiveAsync(space.OrganizationId, space.TenantId, ct) is not { } key)
            return new Error(ErrorCode.Conflict, "The tenant has no active signing key. Rotate its signing keys to make one.");
        var life = Life <= space.Policy.SignedUrlTtlMax ? Life : space.Policy.SignedUrlTtlMax;
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + life).ToUnixTimeSeconds());
        var signed = ImageUrlBuilder.SignedPath(
            key.Secret.Span, key.Kid, new SignedRequest(url.Path, expires.ToUnixTimeSeconds(), UrlSignature.Hostname(url.Host), space.TenantId));
        return new ViewItem($"{url.Scheme}://{url.Host}{signed}", expires, null, null);
    }
}

/// <summary>What to look at.</summary>
/// <param name="Urls">URLs or paths of images, without signatures.</param>
internal sealed record ViewRequest(string[]? Urls);

/// <summary>Addresses, in the order asked.</summary>
internal sealed record ViewResponse(IReadOnlyList<ViewItem> Items);

/// <summary>One address.</summary>
/// <param name="Url">Signed; null where it was refused.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="Code">An error code; null where there is an address.</param>
/// <param name="Detail">Why there is none.</param>
internal sealed record ViewItem(string? Url, DateTimeOffset? ExpiresAt, string? Code, string? Detail)
{
    /// <summary>Never the URL.</summary>
    public override string ToString() => nameof(ViewItem);
}
