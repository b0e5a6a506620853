using System.Collections.Concurrent;
using ImageService.Tests.Support.Servers;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(ImageService.Tests.Support.PostgresServer))]

namespace ImageService.Tests.Support;

/// <summary>
/// One real PostgreSQL for the whole run, started when the first test asks: the server named by <c>IMAGESERVICE_TEST_POSTGRES</c>
/// (a connection string whose user may create databases), else a private one that the code of the AppHost prepares. It ends with the test process, also
/// when that is killed.
/// Every caller gets a database of its own.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // Looking after each of hundreds of databases once a minute is eight processes a second; none lives long enough to need it.
    private static readonly string[] Shared = ["autovacuum=off", "checkpoint_timeout=1h", "max_wal_size=1GB"];

    // A database is three hundred files: making one in memory costs a tenth of what it costs on disk. Given back, they never fill this.
    private const long Room = 6L << 30;

    private readonly PrivateFolder _folder = PrivateFolder.InMemory("postgres", Room);
    private readonly ProcessSpawner _spawner = new();
    private readonly Lazy<Task<string>> _server;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = new();
    private readonly ConcurrentBag<string> _databases = [];
    private ChildProcess? _process;

    public PostgresServer() => _server = new(StartAsync);

    /// <summary>Makes an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken ct) => await CreateAsync(await _server.Value.WaitAsync(ct), template: null, ct);

    /// <summary>
    /// Makes a database as a copy of one that <paramref name="prepare"/> filled; that runs once per <paramref name="template"/> name in the whole run
    /// (for example "migrated"). <paramref name="prepare"/> gets the template's connection string and must leave no connection open.
    /// </summary>
    public async Task<string> CreateDatabaseAsync(string template, Func<string, Task> prepare, CancellationToken ct)
    {
        var server = await _server.Value.WaitAsync(ct);
        var name = await _templates.GetOrAdd(template, _ => new(() => PrepareAsync(server, prepare))).Value.WaitAsync(ct);
        return await CreateAsync(server, name, ct);
    }

    /// <summary>Removes a database whose test is done with it.</summary>
    public async Task DropDatabaseAsync(string connectionString)
    {
        await using (var pool = new NpgsqlConnection(connectionString))
            NpgsqlConnection.ClearPool(pool);
        await using var connection = new NpgsqlConnection(await _server.Value);
        await connection.OpenAsync();
        await DropAsync(connection, new NpgsqlConnectionStringBuilder(connectionString).Database!);
    }

    /// <summary>A second server of the test's own, to be stopped or killed at will.</summary>
    public async Task<PrivateServer> StartPrivateAsync(CancellationToken ct)
    {
        var server = new PostgresProcess(_folder.Next(), FreePort.Next());
        return new PrivateServer(server.ConnectionString, () => server.StartAsync(_spawner, CancellationToken.None), await server.StartAsync(_spawner, ct));
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_process is not null)
        {
            // "immediate": hundreds of databases that nobody will open again need not be written first.
            Posix.Signal(_process.Id, Posix.Quit);
            await _process.DisposeAsync();
        }
        else if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await DropDatabasesAsync(await _server.Value);
        _spawner.Dispose();
        _folder.Dispose();
    }

    private async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("IMAGESERVICE_TEST_POSTGRES") is { Length: > 0 } given)
            return given;
        var server = new PostgresProcess(_folder.Next(), FreePort.Next()) { Settings = Shared };
        _process = await server.StartAsync(_spawner, CancellationToken.None);
        return server.ConnectionString;
    }

    private async Task<string> PrepareAsync(string server, Func<string, Task> prepare)
    {
        var connectionString = await CreateAsync(server, template: null, CancellationToken.None);
        await prepare(connectionString);
        await using var connection = new NpgsqlConnection(connectionString);
        NpgsqlConnection.ClearPool(connection);
        return new NpgsqlConnectionStringBuilder(connectionString).Database!;
    }

    private async Task<string> CreateAsync(string server, string? template, CancellationToken ct)
    {
        var name = $"test_{Guid.CreateVersion7():N}";
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(ct);
        // Two copies of one template may not be made at the same time; CREATE DATABASE must be a statement of its own.
        string[] statements = template is null
            ? [$"CREATE DATABASE {name}"]
            : [$"SELECT pg_advisory_lock(hashtext('{template}'))", $"CREATE DATABASE {name} TEMPLATE {template}",
                $"SELECT pg_advisory_unlock(hashtext('{template}'))"];
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(ct);
        }

        _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    private async Task DropDatabasesAsync(string server)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        foreach (var name in _databases)
            await DropAsync(connection, name);
    }

    private static async Task DropAsync(NpgsqlConnection connection, string name)
    {
        await using var command = new NpgsqlCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", connection);
        await command.ExecuteNonQueryAsync();
    }
}
