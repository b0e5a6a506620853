using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>How the services connect: as a role that owns no table, and with the organization of the unit of work said to the server.</summary>
public static class RegistryConnection
{
    /// <summary>The role that the migrations create: no login, no ownership, no bypass of row-level security.</summary>
    public const string ApplicationRole = "imageservice_app";

    /// <summary>
    /// Longest wait for a new connection, or for one to become free, seconds; also what cancelling a command at a server that hangs can cost.
    /// </summary>
    private const int ConnectSeconds = 4;

    /// <summary>Longest wait for the answer to one command, seconds.</summary>
    private const int CommandSeconds = 15;

    /// <summary>
    /// What a page costs that is read out of order, beside one in order: 1.1 as on flash and in memory, where PostgreSQL's default of 4 has the planner walk
    /// through a hundred thousand assets rather than fetch the thousand that have a tag. What the connection string's own options say comes after it.
    /// </summary>
    private const string PageCost = "-c random_page_cost=1.1";

    /// <summary>
    /// Makes every connection of the source work as <see cref="ApplicationRole"/> from its first command on, whoever logs in. As a start-up
    /// option it is the session's default: neither the pool's <c>DISCARD ALL</c> nor <c>RESET ROLE</c> takes it away.
    /// Pass it to <c>AddNpgsqlDataSource("registry", configureDataSourceBuilder: RegistryConnection.UseApplicationRole)</c>.
    /// </summary>
    public static void UseApplicationRole(NpgsqlDataSourceBuilder builder)
    {
        var settings = builder.ConnectionStringBuilder;
        settings.Options = $"{PageCost} {settings.Options} -c role={ApplicationRole}";

        // The pool's reset is what takes the organization from a connection before its next user: it may not be switched off.
        settings.NoResetOnClose = false;
        settings.Multiplexing = false;

        WriteToPrimary(settings);

        // A server that hangs is found out in seconds, and given up in a quarter of a minute at the latest. What the connection string says stands.
        if (!settings.ShouldSerialize("Timeout"))
            settings.Timeout = ConnectSeconds;
        if (!settings.ShouldSerialize("Command Timeout"))
            settings.CommandTimeout = CommandSeconds;

        // After the request to cancel, the connection is given up rather than waited for once more.
        if (!settings.ShouldSerialize("Cancellation Timeout"))
            settings.CancellationTimeout = -1;
    }

    /// <summary>
    /// Of several hosts the one that takes writes is meant, unless the connection string says otherwise; after a fail-over it is looked for every second.
    /// </summary>
    internal static void WriteToPrimary(NpgsqlConnectionStringBuilder settings)
    {
        if (settings.Host?.Contains(',', StringComparison.Ordinal) != true)
            return;
        settings.TargetSessionAttributes ??= "primary";
        if (!settings.ShouldSerialize("Host Recheck Seconds"))
            settings.HostRecheckSeconds = 1;
    }
}

/// <summary>
/// Says the organization to the server each time a unit of work opens its connection. The pool's reset forgets it afterwards. As the first command of every
/// unit of work it also tells
/// whether the server answers at all: see <see cref="RegistryBreaker"/>.
/// </summary>
internal sealed class OrganizationInterceptor(RegistryBreaker breaker, SessionGuard? sessions) : DbConnectionInterceptor
{
    private const int FirstAnswerSeconds = 3;

    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        breaker.Enter();
        return result;
    }

    public override async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        breaker.Enter();
        if (sessions is null or { IsProven: true })
            return result; // Units of work are asynchronous: none is before this.
        try
        {
            await sessions.ProveAsync(cancellationToken);
            return result;
        }
        catch (NpgsqlException exception)
        {
            breaker.Failed(exception);
            throw;
        }
    }

    public override void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => breaker.Failed(eventData.Exception);

    public override Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        breaker.Failed(eventData.Exception);
        return Task.CompletedTask;
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = Command(connection, eventData);
        try
        {
            command.ExecuteNonQuery();
            breaker.Answered();
        }
        catch (NpgsqlException exception)
        {
            breaker.Failed(exception);
            throw;
        }
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = Command(connection, eventData);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
            breaker.Answered();
        }
        catch (NpgsqlException exception)
        {
            breaker.Failed(exception);
            throw;
        }
    }

    private static NpgsqlCommand Command(DbConnection connection, ConnectionEndEventData eventData)
    {
        var db = (RegistryDb?)eventData.Context ?? throw new InvalidOperationException("A registry connection was opened outside a RegistryDb.");
        return new NpgsqlCommand("SELECT set_config('app.organization_id', $1, false), set_config('app.system', $2, false)", (NpgsqlConnection)connection)
        {
            CommandTimeout = FirstAnswerSeconds,
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = db.OrganizationId?.ToString() ?? "" },
                new NpgsqlParameter<string> { TypedValue = db.IsSystem ? "on" : "off" },
            },
        };
    }
}
