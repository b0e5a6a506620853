using System.Net.Sockets;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>Tells a database that does not answer from a mistake in a query.</summary>
public static class RegistryFailure
{
    /// <summary>Whether the exception, or one it wraps, means that PostgreSQL cannot be reached, is starting or stopping, or does not answer in time.</summary>
    public static bool IsUnavailable(Exception? exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                case PostgresException postgres:
                    return IsServerGone(postgres.SqlState);
                case NpgsqlException or SocketException or TimeoutException:
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether the exception, or one it wraps, is the database's word: it is away, or it refused. What runs again by itself notes it and goes on; anything
    /// else is a mistake and must be seen.
    /// </summary>
    public static bool Is(Exception? exception) => Find(exception) is not null || IsUnavailable(exception);

    /// <summary>Whether the exception is a violation of any unique index or constraint.</summary>
    public static bool IsDuplicate(Exception? exception) => Find(exception) is { SqlState: PostgresErrorCodes.UniqueViolation };

    private static PostgresException? Find(Exception? exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is PostgresException postgres)
                return postgres;
        }

        return null;
    }

    // Class 57: operator intervention (shutdown, crash, starting up); 53: insufficient resources; 08: connection. Read-only: it is no longer the primary.
    private static bool IsServerGone(string state) =>
        state == PostgresErrorCodes.ReadOnlySqlTransaction
            || state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("08", StringComparison.Ordinal);
}

/// <summary>
/// The registry was not asked, or no longer waited for, because it does not answer. To whoever handles the driver's failures it is one of them.
/// </summary>
public sealed class RegistryUnavailableException(string message, Exception? inner = null) : NpgsqlException(message, inner)
{
    public override bool IsTransient => true;
}
