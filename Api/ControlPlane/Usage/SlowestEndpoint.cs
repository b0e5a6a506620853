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
        var rows = await registry.ReportAsync(visit.At.OrganizationId, db => (
            from variant in db.Variants.AsNoTracking()
            join asset in db.Assets on variant.AssetId equals asset.Id
            join space in db.Spaces on variant.SpaceId equals space.Id
            join tenant in db.Tenants on space.TenantId equals tenant.Id
            where variant.OrganizationId == visit.At.OrganizationId && asset.DeletedAt == null && space.DeletedAt == null && tenant.DeletedAt == null
            orderby variant.ProcessingTimeMs descending
            select new { variant, asset.Filename, Tenant = tenant.Slug, Space = space.Slug }).Take(limit ?? Default).ToListAsync(ct), ct);
        return Results.Ok(new ItemsResponse<SlowestResponse>([.. rows.Select(row => new SlowestResponse
        {
            Id = new AssetId(row.variant.AssetId).ToString(),
            Version = row.variant.Version,
            Tenant = row.Tenant,
            Space = row.Space,
            Filename = row.Filename,
            Operations = row.variant.Operations,
            Format = row.variant.Format,
            Preset = row.variant.Preset,
            CpuMs = row.variant.ProcessingTimeMs,
            SizeBytes = row.variant.SizeBytes,
            CreatedAt = row.variant.CreatedAt,
        })]));
    }
}

/// <summary>A variant and what it took.</summary>
internal sealed record SlowestResponse
{
    /// <summary>Of the asset.</summary>
    public required string Id { get; init; }

    /// <summary>Its version.</summary>
    public required int Version { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    /// <summary>Of the asset.</summary>
    public required string Filename { get; init; }

    /// <summary>Canonical form.</summary>
    public required string Operations { get; init; }

    /// <summary>Of the variant.</summary>
    public required string Format { get; init; }

    /// <summary>Slug of the preset that was first named for it.</summary>
    public required string? Preset { get; init; }

    /// <summary>CPU time, ms.</summary>
    public required int CpuMs { get; init; }

    /// <summary>Of the variant, bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
