using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>
/// Refuses a pooler that gives the session of one client to others between its transactions (PgBouncer's <c>pool_mode</c> <c>transaction</c> or
/// <c>statement</c>). Whose rows a unit of work may see is a setting of its session, and so is what a process listens to: behind such a pooler organizations
/// would see each other's rows. Proven when the host starts, or, where the database does not answer then, before the first unit of work.
/// </summary>
public sealed class SessionGuard(NpgsqlDataSource source) : IHostedLifecycleService
{
    private const int Rounds = 8;
    private const int AnswerSeconds = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile bool _isProven;

    /// <summary>Whether sessions are known to be kept.</summary>
    public bool IsProven => _isProven;

    /// <summary>Finds out whether a session keeps its server process while another session works; asks once per process.</summary>
    /// <exception cref="UnfitPoolerException">It does not.</exception>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async ValueTask ProveAsync(CancellationToken ct)
    {
        if (_isProven)
            return;
        try
        {
            if (!await IsKeptAsync(ct))
                throw new UnfitPoolerException(UnfitPoolerException.SharesSessions);
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.ProtocolViolation)
        {
            throw new UnfitPoolerException(
                refusal.MessageText.Contains("startup parameter", StringComparison.Ordinal)
                    ? UnfitPoolerException.RefusesOptions : UnfitPoolerException.SharesSessions, refusal);
        }

        _isProven = true;
    }

    async Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await ProveAsync(limit.Token);
        }
        catch (Exception exception) when (exception is not UnfitPoolerException
            && (RegistryFailure.Is(exception) || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)))
        {
            // A database that is away delays no start: the first unit of work asks again.
        }
    }

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// While a session is open nobody else has its server process, and it has no other. Between transactions a pooler hands out the process that came back
    /// last, or the next in turn: either way one of the two looks differs, unless others take it and give it back in between every time.
    /// </summary>
    private async Task<bool> IsKeptAsync(CancellationToken ct)
    {
        await using var session = await source.OpenConnectionAsync(ct);
        var process = await ProcessOfAsync(session, ct);
        if (process == session.ProcessID)
            return true; // What the server said at the connection's start and what it says now: nobody is in between.
        for (var round = 0; round < Rounds; round++)
        {
            await using var other = await source.OpenConnectionAsync(ct);
            await using var transaction = await other.BeginTransactionAsync(ct);
            if (await ProcessOfAsync(other, ct) == process || await ProcessOfAsync(session, ct) != process)
                return false;
        }

        return true;
    }

    private static async Task<int> ProcessOfAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand("SELECT pg_backend_pid()", connection) { CommandTimeout = AnswerSeconds };
        return (int)(await ask.ExecuteScalarAsync(ct))!;
    }
}

/// <summary>Between this service and PostgreSQL is a pooler it cannot work with; the message says how to mend that.</summary>
public sealed class UnfitPoolerException(string message, Exception? inner = null) : NpgsqlException(message, inner)
{
    internal const string SharesSessions =
        "The pooler between this service and PostgreSQL gives a session to others between its transactions (PgBouncer: pool_mode = transaction or statement), "
        + "and the registry needs sessions of its own. Set pool_mode = session for this database, or let ConnectionStrings:registry name PostgreSQL itself "
        + "(docs/registry.md).";

    internal const string RefusesOptions =
        "The pooler between this service and PostgreSQL refuses start-up options. For PgBouncer set ignore_startup_parameters = options, and give the login "
        + $"its role: ALTER ROLE {{login}} SET role = '{RegistryConnection.ApplicationRole}' (docs/registry.md).";

    /// <summary>Asking again changes nothing.</summary>
    public override bool IsTransient => false;
}
