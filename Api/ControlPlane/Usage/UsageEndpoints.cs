using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Metering;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Usage;

/// <summary>What an organization used. Image traffic is counted by space, management calls by key as well.</summary>
internal static class UsageEndpoints
{
    private const int MaxDays = 400;
    private static readonly TimeSpan DefaultTime = TimeSpan.FromDays(30);

    public static void MapUsage(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/organizations/{org}/usage/cost", Cost).RequireScope(Scopes.UsageRead).WithTags("Usage")
            .Describe("getUsageCost", "Report usage in money",
                "What was sent, computed, written and held, times the operator's prices; the last 30 days where from and to are left out. What is held is as it is now.")
            .Answers<CostResponse>().Fails(400, 403, 404);
        routes.MapGet("/v1/organizations/{org}/usage", Report).RequireScopeSomewhere(Scopes.UsageRead).WithTags("Usage")
            .Describe("getUsage", "Report usage",
                "By day (UTC), tenant, space or API key; the last 30 days where from and to are left out. Storage is what is held at the end of the time.")
            .Answers<UsageResponse>().Fails(400, 403, 404);
    }

    private static async Task<IResult> Cost(Visit visit, RegistryFactory registry, CostReport report, TimeProvider clock, CancellationToken ct,
        DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var end = to?.ToUniversalTime() ?? clock.GetUtcNow();
        var begin = from?.ToUniversalTime() ?? (end - DateTimeOffset.MinValue < DefaultTime ? DateTimeOffset.MinValue : end - DefaultTime);
        if (begin >= end || end - begin > TimeSpan.FromDays(MaxDays))
            return Problems.Invalid($"from must lie before to, and at most {MaxDays} days before it.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var items = await report.ReadAsync(db, begin, end, ct);
        return Results.Ok(new CostResponse(begin, end, report.Currency, items, items.Sum(static item => item.Cost)));
    }

    private static async Task<IResult> Report(
        Visit visit, RegistryFactory registry, TimeProvider clock, CancellationToken ct, DateTimeOffset? from = null, DateTimeOffset? to = null,
        string? groupBy = null, string? tenant = null)
    {
        var end = to?.ToUniversalTime() ?? clock.GetUtcNow();
        var begin = from?.ToUniversalTime() ?? (end - DateTimeOffset.MinValue < DefaultTime ? DateTimeOffset.MinValue : end - DefaultTime);
        if (begin >= end || end - begin > TimeSpan.FromDays(MaxDays))
            return Problems.Invalid($"from must lie before to, and at most {MaxDays} days before it.").ToProblem();
        if ((groupBy ?? "day") is not ("day" or "tenant" or "space" or "key"))
            return Problems.Invalid("groupBy must be day, tenant, space or key.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (!(await CallerPlaces.FindIdsAsync(db, visit.Caller, tenant, space: null, ct)).TryGet(out var place, out var error))
            return error.ToProblem();
        var tenants = visit.TenantsWith(Scopes.UsageRead);
        Guid[] spaces = [.. visit.Caller.Grants.Where(static grant => grant.Scopes.Contains(Scopes.UsageRead))
            .Select(static grant => grant.SpaceId).OfType<Guid>()];
        var query = new UsageQuery(db, new UsageFilter(visit.At.OrganizationId, begin, end, place.TenantId, tenants is null, tenants ?? [], spaces));
        return Results.Ok(new UsageResponse(begin, end, await query.ReadAsync(groupBy ?? "day", ct)));
    }
}

/// <summary>A report in money.</summary>
/// <param name="From">From then on.</param>
/// <param name="To">Until before then.</param>
/// <param name="Currency">Of every price and cost.</param>
/// <param name="Items">One line per layer and provider.</param>
/// <param name="Total">Sum of the costs.</param>
internal sealed record CostResponse(DateTimeOffset From, DateTimeOffset To, string Currency, IReadOnlyList<CostItem> Items, decimal Total);

/// <summary>A report.</summary>
internal sealed record UsageResponse(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageItem> Items);

/// <summary>One line of a report; the members it is not grouped by are null.</summary>
/// <param name="Date">Day, UTC.</param>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
/// <param name="Key">Id of the API key; null for image traffic, which carries none.</param>
/// <param name="KeyName">Name of the API key.</param>
/// <param name="Requests">Requests served.</param>
/// <param name="BandwidthBytes">Bytes sent.</param>
/// <param name="StorageBytes">Bytes of originals held at the end.</param>
/// <param name="Transforms">Transforms run.</param>
/// <param name="TransformCpuMs">CPU time of transforms, ms.</param>
/// <param name="MemoryHits">Images answered from memory.</param>
/// <param name="RedisHits">Images answered from Redis.</param>
/// <param name="StorageHits">Images answered from the store.</param>
/// <param name="Misses">Images that were made for a request, or waited for while another made them.</param>
/// <param name="OriginalBytes">Bytes that would have been sent, had each image been answered with its original.</param>
/// <param name="Errors">Image requests that were refused or failed.</param>
internal sealed record UsageItem(
    DateOnly? Date, string? Tenant, string? Space, Guid? Key, string? KeyName, long Requests, long BandwidthBytes, long StorageBytes, long Transforms,
    long TransformCpuMs,
    long MemoryHits, long RedisHits, long StorageHits, long Misses, long OriginalBytes, long Errors);
