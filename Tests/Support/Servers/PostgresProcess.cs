using System.Globalization;
using System.Net.Sockets;
using ImageService.AppHost.Running;
using ImageService.AppHost.Servers;
using Npgsql;

namespace ImageService.Tests.Support.Servers;

/// <summary>A PostgreSQL as the AppHost prepares it, started without an orchestrator, its data flushed nowhere.</summary>
/// <param name="Folder">Where its data live; made when missing.</param>
/// <param name="Port">TCP port on 127.0.0.1.</param>
internal sealed record PostgresProcess(string Folder, int Port)
{
    private const string Password = "test";

    /// <summary>Settings of this server alone, as <c>name=value</c>.</summary>
    public string[] Settings { get; init; } = [];

    /// <summary>Reaches the server's own maintenance database.</summary>
    public string ConnectionString => $"Host=localhost;Port={Port};Username=postgres;Password={Password}";

    /// <summary>Starts the server and returns once it takes connections.</summary>
    /// <exception cref="ResourceStartException">It cannot start; the message says what to do.</exception>
    public async Task<ChildProcess> StartAsync(ProcessSpawner spawner, CancellationToken ct)
    {
        var command = await new PostgresCluster(Folder, Password) { Durable = false }.PrepareAsync(_ => { }, ct);
        LastLines last = new(_ => { });
        var settings = Settings.SelectMany(static setting => new[] { "-c", setting });
        string[] arguments = [.. command.Line.Skip(1), "-p", Port.ToString(CultureInfo.InvariantCulture), .. settings];
        var server =
            await spawner.StartAsync(new ProcessCommand(command.Line[0], arguments, command.WorkingDirectory) { StopSignal = Posix.Interrupt },
                last.Add); // "fast": ends sessions
        try
        {
            await WaitUntilReadyAsync(server, last, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task WaitUntilReadyAsync(ChildProcess server, LastLines last, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var attempt = new NpgsqlConnectionStringBuilder(ConnectionString) { Timeout = 2, Pooling = false }.ConnectionString;
        while (true)
        {
            if (server.Exited.IsCompleted)
                throw new ResourceStartException($"PostgreSQL ended while starting (exit code {await server.Exited}). It said:\n{last}");
            try
            {
                await using var connection = new NpgsqlConnection(attempt);
                await connection.OpenAsync(limit.Token);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                // Still starting.
            }
            catch (NpgsqlException exception) when (exception.InnerException is SocketException or IOException or TimeoutException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(40), limit.Token);
        }
    }
}
