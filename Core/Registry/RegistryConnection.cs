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
    /// Makes every connection of the source work as <see cref="ApplicationRole"/> from its first command on, whoever logs in. As a start-up
    /// option it is the session's default: neither the pool's <c>DISCARD ALL</c> nor <c>RESET ROLE</c> takes it away.
    /// Pass it to <c>AddNpgsqlDataSource("registry", configureDataSourceBuilder: RegistryConnection.UseApplicationRole)</c>.
    /// </summary>
    public static void UseApplicationRole(NpgsqlDataSourceBuilder builder)
    {
        var settings = builder.ConnectionStringBuilder;
        settings.Options = $"{settings.Options} -c role={ApplicationRole}".TrimStart();

        // The pool's reset is what takes the organization from a connection before its next user: it may not be switched off.
        settings.NoResetOnClose = false;
        settings.Multiplexing = false;
    }
}

/// <summary>Says the organization to the server each time a unit of work opens its connection. The pool's reset forgets it afterwards.</summary>
internal sealed class OrganizationInterceptor : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = Command(connection, eventData);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = Command(connection, eventData);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(DbConnection connection, ConnectionEndEventData eventData)
    {
        var db = (RegistryDb?)eventData.Context ?? throw new InvalidOperationException("A registry connection was opened outside a RegistryDb.");
        return new NpgsqlCommand("SELECT set_config('app.organization_id', $1, false), set_config('app.system', $2, false)", (NpgsqlConnection)connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = db.OrganizationId?.ToString() ?? "" },
                new NpgsqlParameter<string> { TypedValue = db.IsSystem ? "on" : "off" },
            },
        };
    }
}
