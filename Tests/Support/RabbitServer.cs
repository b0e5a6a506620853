using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

[assembly: AssemblyFixture(typeof(ImageService.Tests.Support.RabbitServer))]

namespace ImageService.Tests.Support;

/// <summary>
/// RabbitMQ from its Debian package: a node of one's own with its own name, ports, home and <c>epmd</c>, all on loopback. One is shared by the whole run;
/// use queue names of your own. <see cref="StartPrivateAsync"/> gives a test a broker it may stop.
/// </summary>
public sealed class RabbitServer : IAsyncDisposable
{
    private readonly PrivateFolder _folder = new("rabbit");
    private readonly Lazy<Task<RabbitNode>> _shared;

    public RabbitServer() => _shared = new(() => StartNodeAsync(CancellationToken.None));

    /// <summary>What the broker calls itself.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The shared broker's address. Skips the test where no RabbitMQ is installed.</summary>
    public async Task<Uri> GetUriAsync(CancellationToken ct) => (await _shared.Value.WaitAsync(ct)).Uri;

    /// <summary>A broker of the test's own.</summary>
    public Task<RabbitNode> StartPrivateAsync(CancellationToken ct) => StartNodeAsync(ct);

    public async ValueTask DisposeAsync()
    {
        if (_shared is { IsValueCreated: true, Value: var shared }
            && await Task.WhenAny(shared) is { IsCompletedSuccessfully: true } started) await (await started).DisposeAsync();
        _folder.Dispose();
    }

    private async Task<RabbitNode> StartNodeAsync(CancellationToken ct)
    {
        if (RabbitNode.FindProgram() is not { } program) throw new InvalidOperationException(
            "$XunitDynamicSkip$RabbitMQ is not installed: apt-get install rabbitmq-server");
        Version = $"RabbitMQ {Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(program)))?.Split('-')[^1]} (Debian)";
        var node = new RabbitNode(program, _folder.Next());
        await node.StartAsync(ct);
        return node;
    }
}

/// <summary>One broker that can be stopped or killed and started again on the same address and data.</summary>
public sealed class RabbitNode : IAsyncDisposable
{
    private readonly string _program;
    private readonly string _folder;
    private readonly int _epmdPort = FreePort();
    private readonly int _distributionPort = FreePort();
    private readonly int _port = FreePort();
    private Process? _epmd;
    private Process? _node;

    internal RabbitNode(string program, string folder) => (_program, _folder) = (program, folder);

    public Uri Uri => new($"amqp://app:app-secret@127.0.0.1:{_port}");

    /// <summary>The program itself: the wrapper on PATH changes the user first.</summary>
    internal static string? FindProgram() => Directory.Exists("/usr/lib/rabbitmq/lib")
        ? Directory.EnumerateDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*")
            .Select(folder => Path.Combine(folder, "sbin", "rabbitmq-server")).FirstOrDefault(File.Exists)
        : null;

    public async Task StartAsync(CancellationToken ct)
    {
        foreach (var name in new[] { "home", "mnesia", "log" }) Directory.CreateDirectory(Path.Combine(_folder, name));
        await File.WriteAllTextAsync(PathOf("enabled_plugins"), "[].\n", ct);
        await File.WriteAllTextAsync(PathOf("rabbitmq.conf"), $"""
            listeners.tcp.default = 127.0.0.1:{_port}
            default_user = app
            default_pass = app-secret
            log.console = true
            log.file = false
            vm_memory_high_watermark.absolute = 512MB
            disk_free_limit.absolute = 50MB

            """, ct);
        _epmd ??= Start("/usr/bin/epmd", ["-address", "127.0.0.1", "-port", $"{_epmdPort}"], _ => { });
        var ready = new TaskCompletionSource();
        List<string> said = [];
        _node = Start(_program, [], line =>
        {
            lock (said) said.Add(line);
            if (line.Contains("Server startup complete", StringComparison.Ordinal)) ready.TrySetResult();
        });
        var ended = _node.WaitForExitAsync(ct);
        if (await Task.WhenAny(ready.Task, ended, Task.Delay(TimeSpan.FromMinutes(3), ct)) == ready.Task) return;
        await DisposeAsync();
        lock (said) throw new InvalidOperationException("RabbitMQ did not start:\n" + string.Join('\n', said.TakeLast(20)));
    }

    /// <summary>Ends it in an orderly way.</summary>
    public async Task StopAsync()
    {
        if (_node is not { } node) return;

        // The broker is a child of its start script, which does not pass signals on.
        if (int.TryParse(await File.ReadAllTextAsync(PathOf("pid")), out var pid)) Signal(pid, "-TERM");
        await node.WaitForExitAsync();
        node.Dispose();
        _node = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is { } node)
        {
            if (!node.HasExited) node.Kill(entireProcessTree: true);
            await node.WaitForExitAsync();
            node.Dispose();
            _node = null;
        }

        if (_epmd is { } epmd)
        {
            epmd.Kill();
            await epmd.WaitForExitAsync();
            epmd.Dispose();
            _epmd = null;
        }
    }

    private static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{pid}"]);
        kill.WaitForExit();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private Process Start(string program, string[] arguments, Action<string> output)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            RedirectStandardInput = true, WorkingDirectory = _folder
        };
        foreach (var (name, value) in Settings()) start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => output(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private IEnumerable<(string Name, string Value)> Settings() =>
    [
        ("HOME", PathOf("home")),
        ("ERL_EPMD_ADDRESS", "127.0.0.1"),
        ("ERL_EPMD_PORT", $"{_epmdPort}"),
        ("RABBITMQ_NODENAME", $"imageservice{_port}@localhost"),
        ("RABBITMQ_DIST_PORT", $"{_distributionPort}"),
        ("RABBITMQ_CONF_ENV_FILE", PathOf("none")),
        ("RABBITMQ_CONFIG_FILE", PathOf("rabbitmq.conf")),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", PathOf("enabled_plugins")),
        ("RABBITMQ_MNESIA_BASE", PathOf("mnesia")),
        ("RABBITMQ_LOG_BASE", PathOf("log")),
        ("RABBITMQ_LOGS", "-"),
        ("RABBITMQ_PID_FILE", PathOf("pid")),
        ("RABBITMQ_FEATURE_FLAGS_FILE", PathOf("feature_flags")),
        ("RABBITMQ_GENERATED_CONFIG_DIR", PathOf("config")),
        ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none"),
    ];
}
