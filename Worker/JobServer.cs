using Hangfire;
using Hangfire.PostgreSql;
using ImageService.Core.Registry;
using ImageService.Worker.Jobs;
using Npgsql;

namespace ImageService.Worker;

/// <summary>Hangfire on the registry's PostgreSQL: its own schema, its own small pool, the application's role.</summary>
internal static class JobServer
{
    /// <summary>Schema of Hangfire's tables; the migrations create it and let the application's role fill it.</summary>
    public const string Schema = "hangfire";

    public static IServiceCollection AddJobServer(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var options = configuration.GetSection(WorkerOptions.Section).Get<WorkerOptions>() ?? new WorkerOptions();
        services.AddHangfire((provider, hangfire) =>
        {
            hangfire.SetDataCompatibilityLevel(CompatibilityLevel.Version_180).UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            hangfire.UseFilter(new JobTracing());
            UseStorage(hangfire, provider, options);
        });
        AddServer(services, JobQueues.Housekeeping, options.HousekeepingJobs, options);
        AddServer(services, JobQueues.Images, options.EffectiveImageJobs, options);
        AddServer(services, JobQueues.Webhooks, options.WebhookJobs, options);
        return services;
    }

    private static void UseStorage(IGlobalConfiguration hangfire, IServiceProvider provider, WorkerOptions options)
    {
        // A job that is put in line wakes a worker by a notice. The interval is for what nobody tells of: jobs that a killed worker had.
        // Hangfire's own long polling would do the same with a listening connection per worker.
        var settings = new PostgreSqlStorageOptions
        {
            SchemaName = Schema,
            PrepareSchemaIfNecessary = true,
            EnableLongPolling = false,
            QueuePollInterval = TimeSpan.FromSeconds(30),
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromMinutes(1),

            // Only for what Hangfire locks by a row of its own: the removal of what has expired.
            DistributedLockTimeout = TimeSpan.FromMinutes(2),
        };
        var configuration = provider.GetRequiredService<IConfiguration>();
        var storage = hangfire.UseStorage(new SessionLockedStorage(
            ConnectionString(configuration, options, "imageservice-jobs").ConnectionString, LocksConnectionString(configuration, options), settings)).Entry;
        var notices = provider.GetRequiredService<Notices>();
        foreach (var queue in JobQueues.All)
            storage.QueueProviders.Add(new JobNotices(storage, settings, notices, queue), [queue]);
    }

    /// <summary>One server per line. What is done once per process (due jobs, recurring jobs, expiry) is done by the one for housekeeping.</summary>
    private static void AddServer(IServiceCollection services, string queue, int workers, WorkerOptions options) =>
        services.AddHangfireServer(server =>
        {
            server.ServerName = $"{Environment.MachineName}:{Environment.ProcessId}:{queue}";
            server.Queues = [queue];
            server.WorkerCount = workers;
            server.ShutdownTimeout = options.ShutdownTimeout;
            server.IsLightweightServer = queue != JobQueues.Housekeeping;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(15);
            server.HeartbeatInterval = TimeSpan.FromSeconds(30);
        });

    /// <summary>
    /// For locks. The server asks whether the holder is still there, so that one whose machine vanished loses its locks after a minute; one that was killed
    /// loses them at once.
    /// </summary>
    private static string LocksConnectionString(IConfiguration configuration, WorkerOptions options)
    {
        var connection = ConnectionString(configuration, options, "imageservice-job-locks");

        // Held by a transaction that does nothing else, for as long as a job runs.
        connection.Options += " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 -c idle_in_transaction_session_timeout=0";

        // A lock is no part of the transaction in which it is taken.
        connection.Enlist = false;
        return connection.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder ConnectionString(IConfiguration configuration, WorkerOptions options, string application)
    {
        var text = configuration.GetConnectionString("registry")
            ?? throw new InvalidOperationException("No connection string 'registry': set ConnectionStrings__registry.");
        var builder = new NpgsqlDataSourceBuilder(text);
        RegistryConnection.UseApplicationRole(builder);

        // As many as workers, and what the servers need for themselves (schedule, heartbeat, dashboard).
        var workers = options.EffectiveImageJobs + options.WebhookJobs + options.HousekeepingJobs;
        builder.ConnectionStringBuilder.MaxPoolSize = workers + 12;
        builder.ConnectionStringBuilder.ApplicationName = application;
        return builder.ConnectionStringBuilder;
    }
}
