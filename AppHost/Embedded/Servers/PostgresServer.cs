using System.Globalization;
using System.Net.Sockets;
using Aspire.Hosting.Processes;
using Npgsql;

namespace Aspire.Hosting.Servers;

/// <summary>A PostgreSQL server of one's own on the loopback address: made on first use, password authentication, never as root.</summary>
/// <param name="DataFolder">Where its data lives; made when missing.</param>
/// <param name="Port">TCP port on 127.0.0.1.</param>
/// <param name="Password">Of the superuser <c>postgres</c>.</param>
internal sealed record PostgresServer(string DataFolder, int Port, string Password)
{
    /// <summary>False only for data nobody will miss: nothing is then flushed to disk, so that a crash of the machine (not of the server) loses it.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Reaches the server's own maintenance database.</summary>
    public string ConnectionString => $"Host=localhost;Port={Port};Username=postgres;Password={Password}";

    /// <summary>Starts the server and returns once it takes connections.</summary>
    /// <exception cref="ResourceStartException">It cannot start; the message says what to do.</exception>
    public async Task<ChildProcess> StartAsync(ProcessSpawner spawner, Action<string> output, CancellationToken ct)
    {
        var folder = WorkFolders.Prepare(DataFolder);
        var binaries = await PostgresBinaries.FindAsync(ReadMajor(folder), output, ct);
        var cluster = Path.Combine(folder, "cluster");
        if (!Directory.Exists(cluster))
            await InitialiseAsync(spawner, binaries, folder, cluster, ct);

        LastLines last = new(output);
        var server = await spawner.StartAsync(
            new ProcessCommand(binaries.Program("postgres"), ServerArguments(cluster), folder)
            {
                User = WorkFolders.IsRoot ? WorkFolders.UnprivilegedUser : null,
                StopSignal = Posix.Interrupt, // "fast": ends sessions, writes a checkpoint
            },
            last.Add);
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

    private string[] ServerArguments(string cluster)
    {
        List<string> settings =
        [
            "listen_addresses=127.0.0.1", $"port={Port.ToString(CultureInfo.InvariantCulture)}", "unix_socket_directories=",
            "max_connections=500", "timezone=UTC", "log_timezone=UTC", "log_checkpoints=off",
        ];
        if (!Durable)
            settings.AddRange(["fsync=off", "full_page_writes=off"]);
        return ["-D", cluster, .. settings.SelectMany(setting => new[] { "-c", setting })];
    }

    // Made beside its final place and renamed, so that a crash in between leaves nothing half made.
    private async Task InitialiseAsync(ProcessSpawner spawner, PostgresBinaries binaries, string folder, string cluster, CancellationToken ct)
    {
        var unfinished = cluster + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        var passwordFile = Path.Combine(folder, ".password");
        try
        {
            await File.WriteAllTextAsync(passwordFile, Password, ct);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            WorkFolders.HandOver(passwordFile);

            LastLines last = new(_ => { });
            string[] locale = binaries.Major >= 17
                ? ["--locale-provider=builtin", "--locale=C.UTF-8"]
                : [OperatingSystem.IsLinux() ? "--locale=C.UTF-8" : "--locale=C"];
            string[] sync = Durable ? [] : ["--no-sync"];
            await using var initdb = await spawner.StartAsync(
                new ProcessCommand(
                    binaries.Program("initdb"),
                    ["-D", unfinished, "-U", "postgres", "-E", "UTF8", "-A", "scram-sha-256", $"--pwfile={passwordFile}", .. locale, .. sync],
                    folder)
                { User = WorkFolders.IsRoot ? WorkFolders.UnprivilegedUser : null },
                last.Add);
            var code = await initdb.Exited.WaitAsync(ct);
            if (code != 0)
                throw new ResourceStartException($"PostgreSQL could not make its data folder {folder} (exit code {code}). Is the disk full or not writable? Choose another place with --data DIR. It said:\n{last}");
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(unfinished, cluster);
    }

    private static int? ReadMajor(string folder)
    {
        var cluster = Path.Combine(folder, "cluster");
        if (!Directory.Exists(cluster))
            return null;
        var file = Path.Combine(cluster, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out var major)
            ? major
            : throw new ResourceStartException($"{cluster} is not a PostgreSQL data folder (PG_VERSION is missing or unreadable). Restore it from a backup, or move it away to start empty, or choose another folder with --data DIR.");
    }

    private async Task WaitUntilReadyAsync(ChildProcess server, LastLines last, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromMinutes(2)); // crash recovery of a large log may take long
        var attempt = new NpgsqlConnectionStringBuilder(ConnectionString) { Timeout = 2, Pooling = false }.ConnectionString;
        while (true)
        {
            if (server.Exited.IsCompleted)
                throw new ResourceStartException($"PostgreSQL ended while starting (exit code {await server.Exited}). If its data folder {DataFolder} is damaged, restore it or move it away, or choose another with --data DIR. It said:\n{last}");
            try
            {
                await using var connection = new NpgsqlConnection(attempt);
                await connection.OpenAsync(limit.Token);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                throw new ResourceStartException($"The database in {DataFolder} was made with another password than the one kept beside it. Restore secrets.json, or move both away to start empty.", exception);
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
