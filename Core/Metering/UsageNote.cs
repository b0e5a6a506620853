using ImageService.Core.Caching;

namespace ImageService.Core.Metering;

/// <summary>What one request, or a few, used.</summary>
/// <param name="OrganizationId">Who pays.</param>
/// <param name="TenantId">All zero where the request concerns the organization as a whole.</param>
/// <param name="SpaceId">All zero where the request concerns no single space.</param>
public readonly record struct UsageNote(Guid OrganizationId, Guid TenantId, Guid SpaceId)
{
    /// <summary>The API key of a management call; all zero for image requests, which carry none.</summary>
    public Guid ApiKeyId { get; init; }

    public long Requests { get; init; }

    /// <summary>Bytes of bodies sent.</summary>
    public long BandwidthBytes { get; init; }

    public long Transforms { get; init; }

    public long TransformCpuMs { get; init; }

    /// <summary>The layer that answered an image request; null where no image went out.</summary>
    public CacheLayer? Layer { get; init; }

    /// <summary>Bytes that would have been sent as the original.</summary>
    public long OriginalBytes { get; init; }

    /// <summary>Image requests that were refused or failed.</summary>
    public long Errors { get; init; }
}
