using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>
/// A standby of the registry, where the configuration names one: answers what may be a little old (<see cref="RegistryFactory.ReportAsync"/>), so that reports
/// over months and millions of rows take nothing from the primary. Not asked for a while after it failed, and not where it is too far behind.
/// </summary>
public sealed class RegistryStandby : IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>Name of the connection string: <c>ConnectionStrings:standby</c>.</summary>
    public const string Name = "standby";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly NpgsqlDataSource? _source;
    private readonly SessionGuard? _sessions;
    private readonly DbContextOptions<RegistryDb>? _options;
    private long _askedAgainAt;

    public RegistryStandby(IConfiguration configuration, IEnumerable<IInterceptor> interceptors, TimeProvider time, ILogger<RegistryStandby> log)
    {
        (_time, _log) = (time, log);
        if (configuration.GetConnectionString(Name) is not { Length: > 0 } text)
            return;
        _source = Build(text);
        _sessions = new SessionGuard(_source);
        _options = new DbContextOptionsBuilder<RegistryDb>().UseRegistry(_source, _sessions).AddInterceptors(interceptors).Options;
    }

    /// <summary>
    /// How far behind the standby may be, judged by the newest commit it has seen: the worker's own rows make one every half minute at least. Where nobody
    /// writes, the primary is asked.
    /// </summary>
    internal TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(1);

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) =>
        _sessions is IHostedLifecycleService guard ? guard.StartingAsync(cancellationToken) : Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads there; null where it is to be read from the primary.</summary>
    internal async Task<T?> TryReadAsync<T>(Guid organizationId, Func<RegistryDb, Task<T>> read, CancellationToken ct)
        where T : class
    {
        if (_options is null || _time.GetUtcNow().Ticks < Volatile.Read(ref _askedAgainAt))
            return null;
        try
        {
            await using var db = new RegistryDb(_options) { OrganizationId = organizationId };
            if (await IsCloseBehindAsync(db, ct))
                return await read(db);
            Log.StandbyBehind(_log, MaxAge);
        }
        catch (Exception exception) when (RegistryFailure.Is(exception))
        {
            // It is away, or it refused: rows that the primary removed meanwhile end a query there, and a table may not have arrived yet.
            Volatile.Write(ref _askedAgainAt, (_time.GetUtcNow() + Pause).Ticks);
            Log.StandbyFailed(_log, exception, Pause);
        }

        return null;
    }

    private Task<bool> IsCloseBehindAsync(RegistryDb db, CancellationToken ct) => db.Database.SqlQuery<bool>(
        $"SELECT NOT pg_is_in_recovery() OR coalesce(now() - pg_last_xact_replay_timestamp() <= {MaxAge}, false) AS \"Value\"").SingleAsync(ct);

    private static NpgsqlDataSource Build(string text)
    {
        try
        {
            var builder = new NpgsqlDataSourceBuilder(text);
            if (string.IsNullOrEmpty(builder.ConnectionStringBuilder.Host))
                throw new FormatException("it names no Host.");

            // Of several hosts any that is no primary; the primary itself where there is no other.
            if (builder.ConnectionStringBuilder.Host.Contains(',', StringComparison.Ordinal))
                builder.ConnectionStringBuilder.TargetSessionAttributes ??= "prefer-standby";
            RegistryConnection.UseApplicationRole(builder);
            return builder.Build();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException)
        {
            throw new InvalidOperationException($"ConnectionStrings:{Name} must be a connection string of PostgreSQL: {exception.Message}", exception);
        }
    }
}
