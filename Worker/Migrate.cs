using ImageService.Core.Registry;
using Npgsql;

namespace ImageService.Worker;

/// <summary>The command <c>migrate</c>: applies migrations and exits, 0 when the registry is at the newest one.</summary>
internal static partial class Migrate
{
    public const string Command = "migrate";

    public static async Task<int> RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        using var host = builder.Build();
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ImageService.Worker.Migrate");
        if (builder.Configuration.GetConnectionString("registry") is not { Length: > 0 } connectionString)
        {
            ConnectionStringMissing(logger);
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var interrupted = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                stop.Cancel();
            });
        try
        {
            var applied = await RegistryMigrator.MigrateAsync(connectionString, stop.Token);
            Migrated(logger, applied.Count, string.Join(", ", applied));
            return 0;
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            Failed(logger, exception);
            return 1;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "No connection string 'registry': set ConnectionStrings__registry to the database's owner.")]
    private static partial void ConnectionStringMissing(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "The registry is up to date; migrations applied now: {Count} {Names}")]
    private static partial void Migrated(ILogger logger, int count, string names);

    [LoggerMessage(3, LogLevel.Error, "The registry could not be migrated.")]
    private static partial void Failed(ILogger logger, Exception exception);
}
