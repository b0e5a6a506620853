using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageService.AppHost.Servers;

/// <summary>The health of a server that listens when it is up, not before.</summary>
internal static class ListeningCheck
{
    /// <summary>Makes a resource healthy while something accepts connections on its endpoint.</summary>
    public static IResourceBuilder<T> WithListeningCheck<T>(this IResourceBuilder<T> server, string endpoint)
        where T : IResourceWithEndpoints
    {
        var name = $"{server.Resource.Name}_check";
        var address = server.Resource.GetEndpoint(endpoint);
        server.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck(name, ct => ConnectAsync(address, ct));
        return server.WithHealthCheck(name);
    }

    private static async Task<HealthCheckResult> ConnectAsync(EndpointReference address, CancellationToken ct)
    {
        if (!address.IsAllocated)
            return HealthCheckResult.Unhealthy("It has no address yet.");
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, ct);
            return HealthCheckResult.Healthy();
        }
        catch (SocketException exception)
        {
            return HealthCheckResult.Unhealthy("It does not listen.", exception);
        }
    }
}
