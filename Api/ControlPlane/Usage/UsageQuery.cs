using ImageService.Api.Authentication;
using ImageService.Core.Access;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Usage;

/// <summary>
/// Adds up usage hours. What flows (requests, bytes, transforms) is summed by the database; what stands (storage) is, for each space, its newest hour of the group,
/// and then summed over the spaces.
/// </summary>
internal static class UsageQuery
{
    public static IQueryable<UsageHour> Visible(RegistryDb db, Visit visit, DateTimeOffset begin, DateTimeOffset end, Guid? tenantId)
    {
        var tenants = visit.TenantsWith(Scopes.UsageRead);
        var spaces = visit.Caller.Grants.Where(static grant => grant.Scopes.Contains(Scopes.UsageRead)).Select(static grant => grant.SpaceId).OfType<Guid>().ToArray();
        return db.UsageHours.AsNoTracking().Where(hour => hour.OrganizationId == visit.At.OrganizationId && hour.Hour >= begin && hour.Hour < end
            && (tenantId == null || hour.TenantId == tenantId)
            && (tenants == null || tenants.Contains(hour.TenantId) || spaces.Contains(hour.SpaceId)));
    }

    public static async Task<IReadOnlyList<UsageItem>> ByDayAsync(IQueryable<UsageHour> hours, CancellationToken ct)
    {
        var flows = await hours.GroupBy(hour => hour.Hour.UtcDateTime.Date).Select(day => new
        {
            day.Key,
            Flow = new Flow(day.Sum(hour => hour.Requests), day.Sum(hour => hour.BandwidthBytes), day.Sum(hour => hour.Transforms), day.Sum(hour => hour.TransformCpuMs)),
        }).ToListAsync(ct);
        var held = await HeldAsync(hours, ct);
        return [.. flows.OrderBy(static day => day.Key).Select(day => Item(
            day.Flow, HeldOn(held, DateOnly.FromDateTime(day.Key)), date: DateOnly.FromDateTime(day.Key)))];
    }

    public static async Task<IReadOnlyList<UsageItem>> ByTenantAsync(RegistryDb db, IQueryable<UsageHour> hours, CancellationToken ct)
    {
        var flows = await hours.GroupBy(hour => hour.TenantId).Select(tenant => new
        {
            tenant.Key,
            Flow = new Flow(tenant.Sum(hour => hour.Requests), tenant.Sum(hour => hour.BandwidthBytes), tenant.Sum(hour => hour.Transforms), tenant.Sum(hour => hour.TransformCpuMs)),
        }).ToListAsync(ct);
        var held = await HeldAsync(hours, ct);
        var slugs = await db.Tenants.AsNoTracking().ToDictionaryAsync(tenant => tenant.Id, tenant => tenant.Slug, ct);
        return [.. flows.Select(line => Item(line.Flow, HeldBy(held.Where(row => row.TenantId == line.Key)), tenant: slugs.GetValueOrDefault(line.Key)))
            .OrderBy(static item => item.Tenant, StringComparer.Ordinal)];
    }

    public static async Task<IReadOnlyList<UsageItem>> BySpaceAsync(RegistryDb db, IQueryable<UsageHour> hours, CancellationToken ct)
    {
        var flows = await hours.GroupBy(hour => hour.SpaceId).Select(space => new
        {
            space.Key,
            Flow = new Flow(space.Sum(hour => hour.Requests), space.Sum(hour => hour.BandwidthBytes), space.Sum(hour => hour.Transforms), space.Sum(hour => hour.TransformCpuMs)),
        }).ToListAsync(ct);
        var held = await HeldAsync(hours, ct);
        var slugs = await (from space in db.Spaces.AsNoTracking() join tenant in db.Tenants on space.TenantId equals tenant.Id select new { space.Id, space.Slug, Tenant = tenant.Slug })
            .ToDictionaryAsync(row => row.Id, ct);
        return [.. flows.Select(line => Item(
                line.Flow, HeldBy(held.Where(row => row.SpaceId == line.Key)), tenant: slugs.GetValueOrDefault(line.Key)?.Tenant, space: slugs.GetValueOrDefault(line.Key)?.Slug))
            .OrderBy(static item => item.Tenant, StringComparer.Ordinal).ThenBy(static item => item.Space, StringComparer.Ordinal)];
    }

    public static async Task<IReadOnlyList<UsageItem>> ByKeyAsync(RegistryDb db, IQueryable<UsageHour> hours, CancellationToken ct)
    {
        var flows = await hours.GroupBy(hour => hour.ApiKeyId).Select(key => new
        {
            key.Key,
            Flow = new Flow(key.Sum(hour => hour.Requests), key.Sum(hour => hour.BandwidthBytes), key.Sum(hour => hour.Transforms), key.Sum(hour => hour.TransformCpuMs)),
        }).ToListAsync(ct);
        var ids = flows.ConvertAll(static line => line.Key);
        var names = await db.ApiKeys.AsNoTracking().Where(key => ids.Contains(key.Id)).ToDictionaryAsync(key => key.Id, key => key.Name, ct);
        return [.. flows.Select(line => Item(line.Flow, 0, key: line.Key == Guid.Empty ? null : line.Key, keyName: names.GetValueOrDefault(line.Key)))
            .OrderByDescending(static item => item.Requests)];
    }

    /// <summary>The storage each space held in its newest hour of each day.</summary>
    private static async Task<List<Held>> HeldAsync(IQueryable<UsageHour> hours, CancellationToken ct)
    {
        var perHour = hours.GroupBy(hour => new { hour.TenantId, hour.SpaceId, hour.Hour })
            .Select(group => new { group.Key.TenantId, group.Key.SpaceId, group.Key.Hour, Bytes = group.Max(hour => hour.StorageBytes) });
        return await perHour.GroupBy(hour => new { hour.TenantId, hour.SpaceId, Day = hour.Hour.UtcDateTime.Date })
            .Select(day => new Held(day.Key.TenantId, day.Key.SpaceId, day.Key.Day, day.OrderByDescending(hour => hour.Hour).Select(hour => hour.Bytes).First()))
            .ToListAsync(ct);
    }

    private static long HeldOn(List<Held> held, DateOnly day) => HeldBy(held.Where(row => DateOnly.FromDateTime(row.Day) <= day));

    private static long HeldBy(IEnumerable<Held> held) => held.GroupBy(static row => row.SpaceId).Sum(static space => space.MaxBy(static row => row.Day)!.Bytes);

    private static UsageItem Item(
        Flow flow, long storage, DateOnly? date = null, string? tenant = null, string? space = null, Guid? key = null, string? keyName = null) =>
        new(date, tenant, space, key, keyName, flow.Requests, flow.Bandwidth, storage, flow.Transforms, flow.CpuMs);

    private sealed record Flow(long Requests, long Bandwidth, long Transforms, long CpuMs);

    private sealed record Held(Guid TenantId, Guid SpaceId, DateTime Day, long Bytes);
}
