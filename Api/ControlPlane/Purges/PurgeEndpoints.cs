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
        EdgePurgeState? wanted = SnakeCase.TryRead<EdgePurgeState>(state, out var named) ? named : null;
        if (state is not null && wanted is null)
            return Problems.Invalid("state must be done or failed.").ToProblem();
        if (!Cursor.ReadName(cursor).TryGet(out var text, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();

        // A purge has a line for each cache: the key of the page is the purge's id, then the cache.
        var bar = text?.IndexOf('|', StringComparison.Ordinal) ?? -1;
        Guid? before = bar > 0 && Guid.TryParse(text![..bar], out var id) ? id : null;
        var provider = before is null ? "" : text![(bar + 1)..];
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await db.EdgePurges.AsNoTracking()
            .Where(row => row.OrganizationId == visit.At.OrganizationId && (wanted == null || row.State == wanted))
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
internal sealed record PurgeResponse
{
    /// <summary>Of the purge; the same at every cache.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name of the cache.</summary>
    public required string Edge { get; init; }

    /// <summary><c>done</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>Cache tags that were to be forgotten.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Why the last try failed.</summary>
    public required string? Problem { get; init; }

    /// <summary>When it was first tried.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last tried.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    public static PurgeResponse Of(EdgePurge row) => new()
    {
        Id = row.Id,
        Edge = row.Provider,
        State = SnakeCase.Write(row.State),
        Attempts = row.Attempts,
        Tags = row.Tags,
        Problem = row.Problem,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
