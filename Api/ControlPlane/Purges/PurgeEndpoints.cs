using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Invalidation;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Api.ControlPlane.Purges;

/// <summary>The caches in front of this installation, and whether they forgot what the organization's changes made stale.</summary>
internal static class PurgeEndpoints
{
    public static void MapPurges(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}").WithTags("Invalidations");
        group.MapGet("/edges", ListEdges).RequireScopeSomewhere(Scopes.ImageWrite)
            .Describe("listEdges", "List the caches in front", "CDNs and caches that this installation purges; the operator's configuration names them.")
            .Answers<ItemsResponse<EdgeResponse>>().Fails(403, 404);
        group.MapGet("/purges", ListPurges).RequireScope(Scopes.ImageWrite)
            .Describe("listPurges", "List purges, newest first",
                "What became of each at each cache, for thirty days. One that failed is tried again by itself.")
                .Answers<Page<PurgeResponse>>().Fails(400, 403, 404);
    }

    private static IResult ListEdges(Visit visit, IOptions<InvalidationOptions> options) => Results.Ok(new ItemsResponse<EdgeResponse>(
        [.. options.Value.Cdns.Select(
            (cdn, place) =>
                new EdgeResponse(options.Value.NameOf(place), cdn.Kind.ToString().ToLowerInvariant(), cdn.PublicBaseUrl, IsVerified(options.Value, cdn)))]));

    private static bool IsVerified(InvalidationOptions options, CdnOptions cdn) =>
        cdn.PublicBaseUrl is not null && options.OriginBaseUrl is not null && options.VerifyTimeout > TimeSpan.Zero;

    private static async Task<IResult> ListPurges(string? state, string? cursor, int? limit, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        if (state is not (null or "done" or "failed"))
            return Problems.Invalid("state must be done or failed.").ToProblem();
        if (!Cursor.ReadName(cursor).TryGet(out var text, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();

        // A purge has a line for each cache: the key of the page is the purge's id, then the cache.
        var bar = text?.IndexOf('|', StringComparison.Ordinal) ?? -1;
        Guid? before = bar > 0 && Guid.TryParse(text![..bar], out var id) ? id : null;
        var provider = before is null ? "" : text![(bar + 1)..];
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await db.EdgePurges.AsNoTracking()
            .Where(row => row.OrganizationId == visit.At.OrganizationId && (state == null || row.State == state))
            .Where(row => before == null || row.Id < before || (row.Id == before && string.Compare(row.Provider, provider) > 0))
            .OrderByDescending(row => row.Id).ThenBy(row => row.Provider).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, PurgeResponse.Of, static row => Cursor.Of($"{row.Id:N}|{row.Provider}")));
    }
}

/// <summary>A cache in front of the service.</summary>
/// <param name="Name">The product, with a number where there are several of it.</param>
/// <param name="Kind"><c>varnish</c>, <c>nginx</c>, <c>fastly</c>, <c>cloudflare</c>, <c>cloudfront</c>.</param>
/// <param name="PublicBaseUrl">Where the public reaches it; null where the configuration does not say.</param>
/// <param name="Verified">Whether a sample of purged images is asked for there afterwards.</param>
internal sealed record EdgeResponse(string Name, string Kind, string? PublicBaseUrl, bool Verified);

/// <summary>What became of a purge at one cache.</summary>
/// <param name="Id">Of the purge; the same at every cache.</param>
/// <param name="Edge">Name of the cache.</param>
/// <param name="State"><c>done</c> or <c>failed</c>.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Tags">Cache tags that were to be forgotten.</param>
/// <param name="Problem">Why the last try failed.</param>
/// <param name="CreatedAt">When it was first tried.</param>
/// <param name="UpdatedAt">When it was last tried.</param>
internal sealed record PurgeResponse(Guid Id, string Edge, string State, int Attempts, IReadOnlyList<string> Tags, string? Problem, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static PurgeResponse Of(EdgePurge row) => new(row.Id, row.Provider, row.State, row.Attempts, row.Tags, row.Problem, row.CreatedAt, row.UpdatedAt);
}
