using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Usage;

/// <summary>The stored variants that took most CPU time to make: where a smaller size, another format or a preset would save most.</summary>
internal static class SlowestEndpoint
{
    private const int Most = 50;
    private const int Default = 10;

    public static void MapSlowest(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/organizations/{org}/usage/slowest", List).RequireScope(Scopes.ImageRead).WithTags("Usage")
            .Describe("listSlowestVariants", "List the slowest variants", $"Stored variants by the CPU time that making them took, most first; at most {Most}.")
            .Answers<ItemsResponse<SlowestResponse>>().Fails(400, 403, 404);

    private static async Task<IResult> List(int? limit, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        if (limit is < 1 or > Most)
            return Problems.Invalid($"limit must be from 1 to {Most}.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await (
            from variant in db.Variants.AsNoTracking()
            join asset in db.Assets on variant.AssetId equals asset.Id
            join space in db.Spaces on variant.SpaceId equals space.Id
            join tenant in db.Tenants on space.TenantId equals tenant.Id
            where variant.OrganizationId == visit.At.OrganizationId && asset.DeletedAt == null && space.DeletedAt == null && tenant.DeletedAt == null
            orderby variant.ProcessingTimeMs descending
            select new { variant, asset.Filename, Tenant = tenant.Slug, Space = space.Slug }).Take(limit ?? Default).ToListAsync(ct);
        return Results.Ok(new ItemsResponse<SlowestResponse>([.. rows.Select(row => new SlowestResponse(
            new AssetId(row.variant.AssetId).ToString(), row.variant.Version, row.Tenant, row.Space, row.Filename, row.variant.Operations, row.variant.Format,
            row.variant.Preset,
            row.variant.ProcessingTimeMs, row.variant.SizeBytes, row.variant.CreatedAt))]));
    }
}

/// <summary>A variant and what it took.</summary>
/// <param name="Id">Of the asset.</param>
/// <param name="Version">Its version.</param>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
/// <param name="Filename">Of the asset.</param>
/// <param name="Operations">Canonical form.</param>
/// <param name="Format">Of the variant.</param>
/// <param name="Preset">Slug of the preset that was first named for it.</param>
/// <param name="CpuMs">CPU time, ms.</param>
/// <param name="SizeBytes">Of the variant, bytes.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record SlowestResponse(
    string Id, int Version, string Tenant, string Space, string Filename, string Operations, string Format, string? Preset, int CpuMs, long SizeBytes,
    DateTimeOffset CreatedAt);
