using ImageService.Api.Authentication;
using ImageService.Core.Metering;
using ImageService.Core.Registry;

namespace ImageService.Api.Telemetry;

/// <summary>
/// Counts management requests by the API key they are made with, under no tenant and space: those count the traffic of images. After access control, which
/// says whose key.
/// </summary>
internal sealed class KeyUsage(RequestDelegate next, UsageMeter usage)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.CallerOrNone() is { Type: ActorType.ApiKey, OrganizationId: { } organizationId } key)
            usage.Note(organizationId, Guid.Empty, Guid.Empty, requests: 1, bytes: 0, transforms: 0, cpuMs: 0, key.Id);
        return next(http);
    }
}
