using System.Globalization;
using ImageService.AppHost.Servers;
using ImageService.Tests.Support.Servers;
using Xunit;

namespace ImageService.Tests.Support;

/// <summary>Processes of <c>redis-server</c> that a test starts, kills and starts again, each in a folder of its own; they end with it.</summary>
/// <param name="name">Of the folder.</param>
internal sealed class RedisNodes(string name) : IAsyncDisposable
{
    public const string Password = "test";

    private readonly PrivateFolder _folder = new(name);
    private readonly ProcessSpawner _spawner = new();
    private readonly Dictionary<int, ChildProcess> _processes = [];

    /// <summary>Of all that were started.</summary>
    public IReadOnlyCollection<int> Ports => _processes.Keys;

    /// <summary>Skips the test where Redis is not installed.</summary>
    public static void SkipWhereNotInstalled() =>
        Assert.SkipWhen(Executables.Find("redis-server") is null || Executables.Find("redis-cli") is null,
            "redis-server is not installed, and none was started (Debian: apt-get install redis-server).");

    /// <summary>Starts a node and does not wait for it.</summary>
    /// <param name="settings">Lines of <c>redis.conf</c> beside address, port, password and folder.</param>
    /// <param name="options">After the file's name.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Its port.</returns>
    public async Task<int> StartAsync(string settings, string[] options, CancellationToken ct)
    {
        var port = FreePort.Next();
        var folder = Directory.CreateDirectory(FolderOf(port)).FullName;
        await File.WriteAllTextAsync(FileOf(port), $"bind 127.0.0.1\nport {port}\nrequirepass {Password}\ndir {folder}\n{settings}\n", ct);
        _processes.Add(port, await SpawnAsync(port, options));
        return port;
    }

    /// <summary>Ends a node as a crash would.</summary>
    public async Task KillAsync(int port)
    {
        _processes[port].Kill();
        await _processes[port].Exited;
    }

    /// <summary>Starts a killed node again, with what it has written.</summary>
    public async Task RestartAsync(int port)
    {
        await _processes[port].DisposeAsync();
        _processes[port] = await SpawnAsync(port, []);
    }

    /// <summary>Runs <c>redis-cli</c> with the password.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> AskAsync(string[] arguments, CancellationToken ct) =>
        Executables.RunAsync(Executables.Find("redis-cli")!, ["-a", Password, "--no-auth-warning", .. arguments], workingDirectory: null, ct);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            process.Kill();
            await process.DisposeAsync();
        }

        _spawner.Dispose();
        _folder.Dispose();
    }

    private string FolderOf(int port) => Path.Combine(_folder.Path, port.ToString(CultureInfo.InvariantCulture));

    private string FileOf(int port) => Path.Combine(FolderOf(port), "redis.conf");

    private Task<ChildProcess> SpawnAsync(int port, string[] options) =>
        _spawner.StartAsync(new ProcessCommand(Executables.Find("redis-server")!, [FileOf(port), .. options], FolderOf(port)), static _ => { });
}
