using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
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
        var items = await registry.ReportAsync(visit.At.OrganizationId, db => report.ReadAsync(db, begin, end, ct), ct);
        return Results.Ok(new CostResponse
        {
            From = begin,
            To = end,
            Currency = report.Currency,
            Items = items,
            Total = items.Sum(static item => item.Cost),
        });
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
        if (!(await FindAsync(visit, registry, tenant, ct)).TryGet(out var place, out var error))
            return error.ToProblem();
        var tenants = visit.TenantsWith(Scopes.UsageRead);
        Guid[] spaces = [.. visit.Caller.Grants.Where(static grant => grant.Scopes.Contains(Scopes.UsageRead))
            .Select(static grant => grant.SpaceId).OfType<Guid>()];
        var filter = new UsageFilter
        {
            OrganizationId = visit.At.OrganizationId,
            From = begin,
            To = end,
            TenantId = place.TenantId,
            IsWhole = tenants is null,
            Tenants = tenants ?? [],
            Spaces = spaces,
        };
        var items = await registry.ReportAsync(visit.At.OrganizationId, db => new UsageQuery(db, filter).ReadAsync(groupBy ?? "day", ct), ct);
        return Results.Ok(new UsageResponse(begin, end, items));
    }

    /// <summary>On the primary: a tenant that was just made is there.</summary>
    private static async Task<Result<PlaceIds>> FindAsync(Visit visit, RegistryFactory registry, string? tenant, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        return await CallerPlaces.FindIdsAsync(db, visit.Caller, tenant, space: null, ct);
    }
}

/// <summary>A report in money.</summary>
internal sealed record CostResponse
{
    /// <summary>From then on.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until before then.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Of every price and cost.</summary>
    public required string Currency { get; init; }

    /// <summary>One line per layer and provider.</summary>
    public required IReadOnlyList<CostItem> Items { get; init; }

    /// <summary>Sum of the costs.</summary>
    public required decimal Total { get; init; }
}

/// <summary>A report.</summary>
internal sealed record UsageResponse(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageItem> Items);

/// <summary>One line of a report; the members it is not grouped by are null.</summary>
internal sealed record UsageItem
{
    /// <summary>Day, UTC.</summary>
    public required DateOnly? Date { get; init; }

    /// <summary>Slug.</summary>
    public required string? Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string? Space { get; init; }

    /// <summary>Id of the API key; null for image traffic, which carries none.</summary>
    public required Guid? Key { get; init; }

    /// <summary>Name of the API key.</summary>
    public required string? KeyName { get; init; }

    /// <summary>Requests served.</summary>
    public required long Requests { get; init; }

    /// <summary>Bytes sent.</summary>
    public required long BandwidthBytes { get; init; }

    /// <summary>Bytes of originals held at the end.</summary>
    public required long StorageBytes { get; init; }

    /// <summary>Transforms run.</summary>
    public required long Transforms { get; init; }

    /// <summary>CPU time of transforms, ms.</summary>
    public required long TransformCpuMs { get; init; }

    /// <summary>Images answered from memory.</summary>
    public required long MemoryHits { get; init; }

    /// <summary>Images answered from Redis.</summary>
    public required long RedisHits { get; init; }

    /// <summary>Images answered from the store.</summary>
    public required long StorageHits { get; init; }

    /// <summary>Images that were made for a request, or waited for while another made them.</summary>
    public required long Misses { get; init; }

    /// <summary>Bytes that would have been sent, had each image been answered with its original.</summary>
    public required long OriginalBytes { get; init; }

    /// <summary>Image requests that were refused or failed.</summary>
    public required long Errors { get; init; }
}
