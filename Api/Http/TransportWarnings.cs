using Npgsql;

namespace ImageService.Api.Http;

/// <summary>Says at start, outside development, which connections to data services are not encrypted. TLS is a setting of each connection string.</summary>
internal sealed class TransportWarnings(IConfiguration configuration, IHostEnvironment environment, ILogger<TransportWarnings> logger) : IHostedService
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
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The driver's default, Prefer, falls back to plain text when the server has no TLS: that is not encrypted.</summary>
    internal static bool IsEncrypted(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString).SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull;
}
