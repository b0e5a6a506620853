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
        services.AddOptions<WorkerOptions>().Bind(configuration.GetSection(WorkerOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
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

            // A killed worker's lock on a job's state stays: whoever takes the job up waits for it so long, by default ten minutes, and all others behind.
            DistributedLockTimeout = TimeSpan.FromMinutes(2),
        };
        var storage = hangfire.UsePostgreSqlStorage(
            source => source.UseNpgsqlConnection(() => ConnectionString(provider.GetRequiredService<IConfiguration>(), options)), settings).Entry;
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

    private static string ConnectionString(IConfiguration configuration, WorkerOptions options)
    {
        var text = configuration.GetConnectionString("registry")
            ?? throw new InvalidOperationException("No connection string 'registry': set ConnectionStrings__registry.");
        var builder = new NpgsqlDataSourceBuilder(text);
        RegistryConnection.UseApplicationRole(builder);

        // A job being fetched and its lock each hold a connection; the rest is the servers' own (schedule, heartbeat).
        var workers = options.EffectiveImageJobs + options.WebhookJobs + options.HousekeepingJobs;
        builder.ConnectionStringBuilder.MaxPoolSize = (2 * workers) + 12;
        builder.ConnectionStringBuilder.ApplicationName = "imageservice-jobs";
        return builder.ConnectionStringBuilder.ConnectionString;
    }
}
