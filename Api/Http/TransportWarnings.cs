using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ImageService.Api.Http;

/// <summary>
/// Says at start, outside development, which connections are not encrypted: to data services, where TLS is a setting of each connection string, and from
/// callers.
/// </summary>
internal sealed class TransportWarnings(
    IConfiguration configuration, IHostEnvironment environment, IServer server, IOptions<ApiOptions> options, IHostApplicationLifetime lifetime,
    ILogger<TransportWarnings> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (environment.IsDevelopment())
            return Task.CompletedTask;
        if (configuration.GetConnectionString("registry") is { Length: > 0 } registry && !IsEncrypted(registry))
            Log.NotEncrypted(logger, "registry", "SSL Mode=VerifyFull");
        if (configuration.GetConnectionString("cache") is { Length: > 0 } cache && !cache.Contains("ssl=true", StringComparison.OrdinalIgnoreCase))
            Log.NotEncrypted(logger, "cache", "ssl=true");
        if (configuration.GetConnectionString("queue") is { Length: > 0 } queue && !queue.StartsWith("amqps:", StringComparison.OrdinalIgnoreCase))
            Log.NotEncrypted(logger, "queue", "amqps://");
        lifetime.ApplicationStarted.Register(WarnOfPlainHttp);
        return Task.CompletedTask;
    }

    /// <summary>Only a server that has started tells where it listens.</summary>
    private void WarnOfPlainHttp()
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (options.Value is { RequireHttps: not false, TrustedProxies.Length: 0 } && addresses.Count > 0
            && !addresses.Any(static address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
            Log.PlainHttp(logger);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The driver's default, Prefer, falls back to plain text when the server has no TLS: that is not encrypted.</summary>
    internal static bool IsEncrypted(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString).SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull;
}
