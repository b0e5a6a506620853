using System.Globalization;
using ImageService.AppHost.Servers;
using ImageService.Tests.Support.Servers;
using Npgsql;

namespace ImageService.Tests.Support;

/// <summary>
/// A PostgreSQL and its streaming standby, which confirms every commit before it is acknowledged (synchronous replication): what a caller was told to be
/// stored is on both.
/// </summary>
internal sealed class PostgresPair : IAsyncDisposable
{
    private readonly PrivateFolder _folder = new("postgres-pair");
    private readonly ProcessSpawner _spawner = new();
    private ChildProcess? _primary;
    private ChildProcess? _standby;

    private PostgresPair()
    {
    }

    /// <summary>The primary alone.</summary>
    public string Primary { get; private set; } = "";

    /// <summary>The standby alone.</summary>
    public string Standby { get; private set; } = "";

    /// <summary>Both, as an operator writes them; which of them takes writes is the driver's to find out.</summary>
    public string ConnectionString
    {
        get
        {
            var (first, second) = (new NpgsqlConnectionStringBuilder(Primary), new NpgsqlConnectionStringBuilder(Standby));
            return new NpgsqlConnectionStringBuilder(Primary)
            {
                Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{first.Port},127.0.0.1:{second.Port}"), Database = "registry", MaxPoolSize = 20,
            }.ConnectionString;
        }
    }

    /// <summary>What it is, for what a test tells of its run.</summary>
    public string Version { get; private set; } = "";

    public static async Task<PostgresPair> StartAsync(CancellationToken ct)
    {
        var pair = new PostgresPair();
        try
        {
            await pair.BeginAsync(ct);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the primary as a crash would.</summary>
    public async Task KillPrimaryAsync()
    {
        _primary!.Kill();
        await _primary.Exited;
    }

    /// <summary>Ends the standby as a crash would; from then on the primary confirms no commit.</summary>
    public async Task KillStandbyAsync()
    {
        _standby!.Kill();
        await _standby.Exited;
    }

    /// <summary>Makes the standby the primary; returns once it takes writes.</summary>
    public Task PromoteAsync(CancellationToken ct) => AskAsync(Standby, "SELECT pg_promote(wait => true)", ct);

    public static async Task<object?> AskAsync(string connectionString, string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { _standby, _primary }.OfType<ChildProcess>())
        {
            Posix.Signal(server.Id, Posix.Quit); // "immediate": nobody opens their data again
            await server.DisposeAsync();
        }

        _spawner.Dispose();
        _folder.Dispose();
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        var first = new PostgresProcess(_folder.Next(), FreePort.Next());
        await (await first.StartAsync(_spawner, ct)).DisposeAsync();

        // The standby begins as a copy of a primary at rest, which needs no tool beyond the server itself.
        var second = new PostgresProcess(_folder.Next(), FreePort.Next())
        {
            Settings = [$"primary_conninfo=host=127.0.0.1 port={first.Port} user=postgres password=test application_name=standby"],
        };
        var copy = Path.Combine(await WorkFolders.PrepareAsync(second.Folder, ct), "cluster");
        var (code, _, errors) = await Executables.RunAsync("cp", ["-a", Path.Combine(first.Folder, "cluster"), copy], workingDirectory: null, ct);
        if (code != 0)
            throw new InvalidOperationException($"The primary's folder could not be copied: {errors}");
        await File.WriteAllTextAsync(Path.Combine(copy, "standby.signal"), "", ct);

        _primary = await (first with { Settings = ["synchronous_standby_names=standby"] }).StartAsync(_spawner, ct);
        _standby = await second.StartAsync(_spawner, ct);
        (Primary, Standby) = (first.ConnectionString, second.ConnectionString);
        await Probe.UntilAsync(async () => await AskAsync(Primary, "SELECT sync_state FROM pg_stat_replication", ct) is "sync",
            "the standby confirms commits", TimeSpan.FromSeconds(30));
        Version = $"PostgreSQL {await AskAsync(Primary, "SHOW server_version", ct)}, a primary with a synchronous standby";
    }
}
