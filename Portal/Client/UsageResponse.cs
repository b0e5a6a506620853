namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record UsageResponse(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageItem> Items);

public sealed record UsageItem(
    DateOnly? Date, string? Tenant, string? Space, string? KeyName, long Requests, long BandwidthBytes, long StorageBytes, long Transforms, long TransformCpuMs);
