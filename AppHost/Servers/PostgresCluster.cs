using System.Diagnostics;
using System.Globalization;
using ImageService.AppHost.Running;

namespace ImageService.AppHost.Servers;

/// <summary>
/// A PostgreSQL of one's own on the loopback address: its data are made on first use, with password authentication, and it never runs as root.
/// </summary>
/// <param name="DataFolder">Where its data live; made when missing.</param>
/// <param name="Password">Of the superuser <c>postgres</c>.</param>
internal sealed record PostgresCluster(string DataFolder, string Password)
{
    private static readonly TimeSpan Lingering = TimeSpan.FromSeconds(15);

    /// <summary>False only for data nobody will miss: nothing is then flushed to disk, so that a crash of the machine (not of the server) loses it.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>A database that is made together with the data folder; null for none.</summary>
    public string? Database { get; init; }

    /// <summary>Makes the data folder when it is not there yet, and returns how to start the server; <c>-p PORT</c> is the caller's to add.</summary>
    /// <exception cref="ResourceStartException">It cannot start; the message says what to do.</exception>
    public async Task<ServerCommand> PrepareAsync(Action<string> say, CancellationToken ct)
    {
        var folder = await WorkFolders.PrepareAsync(DataFolder, ct);
        var binaries = await PostgresBinaries.FindAsync(ReadMajor(folder), say, ct);
        var cluster = Path.Combine(folder, "cluster");
        if (!Directory.Exists(cluster))
            await InitialiseAsync(binaries, folder, cluster, ct);
        await AwaitEarlierAsync(cluster, ct);
        string[] settings =
        [
            "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=500", "timezone=UTC", "log_timezone=UTC", "log_checkpoints=off",
            .. Unflushed,
        ];
        return new ServerCommand(WorkFolders.Unprivileged([binaries.Program("postgres"), "-D", cluster, .. AsArguments(settings)]), folder);
    }

    private string[] Unflushed => Durable ? [] : ["fsync=off", "full_page_writes=off"];

    private static IEnumerable<string> AsArguments(IEnumerable<string> settings) => settings.SelectMany(setting => new[] { "-c", setting });

    // Made beside its final place and renamed, so that a crash in between leaves nothing half made.
    private async Task InitialiseAsync(PostgresBinaries binaries, string folder, string cluster, CancellationToken ct)
    {
        var unfinished = cluster + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        var passwordFile = Path.Combine(folder, ".password");
        try
        {
            PrivateFile.Write(passwordFile, Password);
            await WorkFolders.HandOverAsync(passwordFile, ct);
            string[] locale = binaries.Major >= 17
                ? ["--locale-provider=builtin", "--locale=C.UTF-8"]
                : [OperatingSystem.IsLinux() ? "--locale=C.UTF-8" : "--locale=C"];
            string[] sync = Durable ? [] : ["--no-sync"];
            await RunAsync(
                [binaries.Program("initdb"), "-D", unfinished, "-U", "postgres", "-E", "UTF8", "-A", "scram-sha-256", $"--pwfile={passwordFile}", .. locale,
                    .. sync], input: null);
            if (Database is not null)
                await RunAsync([binaries.Program("postgres"), "--single", .. AsArguments(Unflushed), "-D", unfinished, "postgres"],
                    $"CREATE DATABASE {Database};\n");
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(unfinished, cluster);

        async Task RunAsync(string[] command, string? input)
        {
            var line = WorkFolders.Unprivileged(command);
            var (code, output, errors) = await Executables.RunAsync(line[0], line.Skip(1), folder, ct, input);
            if (code != 0)
                throw new ResourceStartException(
                    $"PostgreSQL could not make its data folder {folder} (exit code {code}). Is the disk full or not writable? Choose another place with --data DIR. It said:\n{(output + errors).Trim()}");
        }
    }

    private static int? ReadMajor(string folder)
    {
        var cluster = Path.Combine(folder, "cluster");
        if (!Directory.Exists(cluster))
            return null;
        var file = Path.Combine(cluster, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out var major)
            ? major
            : throw new ResourceStartException(
                $"{cluster} is not a PostgreSQL data folder (PG_VERSION is missing or unreadable). Restore it from a backup, or move it away to start empty, or choose another folder with --data DIR.");
    }

    // The server of an AppHost that was killed lives for some seconds yet, and a second one on the same data would refuse to start.
    private static async Task AwaitEarlierAsync(string cluster, CancellationToken ct)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Lingering && IsServed(cluster);)
            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
    }

    private static bool IsServed(string cluster)
    {
        try
        {
            using var server = Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(cluster, "postmaster.pid")).First(), CultureInfo.InvariantCulture));
            return server.ProcessName == "postgres";
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException or FormatException)
        {
            return false; // no such file, or no such process
        }
    }
}
