using System.Net.Sockets;
using ImageService.AppHost.Servers;
using ImageService.Tests.Support.Servers;
using Npgsql;
using Xunit;

namespace ImageService.Tests.Support;

/// <summary>
/// A real PgBouncer before one database, set up as docs/registry.md says, but for what a test changes. Skips its test where it is not installed.
/// </summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const string Password = "test";

    private readonly PrivateFolder _folder = new("pgbouncer");
    private readonly ProcessSpawner _spawner = new();
    private readonly string _login = $"pooled_{Guid.CreateVersion7():n}";
    private readonly string _owner;
    private ChildProcess? _process;

    private PgBouncer(string owner) => _owner = owner;

    /// <summary>Through the pooler, as the services' own login.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <param name="owner">Reaches the database itself, migrated, as who may create roles.</param>
    /// <param name="poolMode"><c>session</c>, <c>transaction</c> or <c>statement</c>.</param>
    /// <param name="ct">Ends the start.</param>
    /// <param name="more">Lines of the configuration in the place of <c>ignore_startup_parameters = options</c>.</param>
    public static async Task<PgBouncer> StartAsync(string owner, string poolMode, CancellationToken ct, string? more = null)
    {
        var program = Executables.Find("pgbouncer");
        Assert.SkipWhen(program is null, "pgbouncer is not installed, and no pooler was tried (Debian: apt-get install pgbouncer).");
        var pooler = new PgBouncer(owner);
        try
        {
            await pooler.StartAsync(program!, poolMode, more ?? "ignore_startup_parameters = options,extra_float_digits", ct);
            return pooler;
        }
        catch
        {
            await pooler.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        await RunAsync($"DROP ROLE IF EXISTS {_login}", CancellationToken.None);
        _spawner.Dispose();
        _folder.Dispose();
    }

    private async Task StartAsync(string program, string poolMode, string more, CancellationToken ct)
    {
        await RunAsync($"CREATE ROLE {_login} LOGIN PASSWORD '{Password}' IN ROLE imageservice_app; ALTER ROLE {_login} SET role = 'imageservice_app'", ct);
        var (server, port) = (new NpgsqlConnectionStringBuilder(_owner), FreePort.Next());
        var folder = await WorkFolders.PrepareAsync(_folder.Next(), ct);
        var (users, file) = (Path.Combine(folder, "users.txt"), Path.Combine(folder, "pgbouncer.ini"));
        await File.WriteAllTextAsync(users, $"\"{_login}\" \"{Password}\"\n", ct);
        await File.WriteAllTextAsync(file, $"""
            [databases]
            * = host=127.0.0.1 port={server.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = plain
            auth_file = {users}
            pool_mode = {poolMode}
            default_pool_size = 60
            {more}
            """, ct);
        var line = WorkFolders.Unprivileged([program, file]);
        _process = await _spawner.StartAsync(new ProcessCommand(line[0], [.. line.Skip(1)], folder) { StopSignal = Posix.Interrupt }, static _ => { });
        ConnectionString =
            new NpgsqlConnectionStringBuilder(_owner) { Host = "127.0.0.1", Port = port, Username = _login, Password = Password }.ConnectionString;
        await Probe.UntilAsync(ListensAsync(port), "PgBouncer listens", TimeSpan.FromSeconds(30));
    }

    private static Func<Task<bool>> ListensAsync(int port) => async () =>
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    };

    private async Task RunAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(_owner);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
