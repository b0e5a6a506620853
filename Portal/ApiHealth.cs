using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageService.Portal;

/// <summary>Whether the Api answers. Without it the portal can only say so: degraded, not down.</summary>
internal sealed class ApiHealth(IHttpClientFactory clients) : IHealthCheck
{
    /// <summary>Name of the client.</summary>
    public const string Client = "health";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var client = clients.CreateClient(Client);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            using var response = await client.GetAsync("/health/live", limit.Token);
            return response.IsSuccessStatusCode ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded($"The Api answers {(int)response.StatusCode}.");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Degraded("The Api does not answer.");
        }
    }
}
