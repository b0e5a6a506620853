using ImageService.Api.Http;
using ImageService.Core.Dialects;
using ImageService.Core.Errors;
using ImageService.Core.Facts;
using ImageService.Core.Registry;

namespace ImageService.Api.Dialects;

/// <summary>
/// Finds out whether a request came to a customer's own host name, and notes it for all that follow. Probes and scrapers are served on every name.
/// </summary>
internal sealed class CustomerHosts(RequestDelegate next, HostDirectory hosts)
{
    private static readonly Error Away = new(ErrorCode.Overloaded,
        "Which images this host name has cannot be looked up at the moment.")
    { RetryAfter = TimeSpan.FromSeconds(5) };

    public Task InvokeAsync(HttpContext http)
    {
        var name = http.Request.Host.Host;
        if (!name.Contains('.', StringComparison.Ordinal) || http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
            || http.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal))
            return next(http);
        var finding = hosts.FindAsync(name, StaleFacts.Allow, http.RequestAborted);
        if (!finding.IsCompletedSuccessfully)
            return FindSlowlyAsync(http, finding);
        if (finding.Result is { } host)
            http.Features.Set(host);
        return next(http);
    }

    private async Task FindSlowlyAsync(HttpContext http, ValueTask<HostFacts?> finding)
    {
        try
        {
            if (await finding is { } host)
                http.Features.Set(host);
        }
        catch (RegistryUnavailableException)
        {
            await Problems.WriteAsync(http, Away);
            return;
        }

        await next(http);
    }
}
