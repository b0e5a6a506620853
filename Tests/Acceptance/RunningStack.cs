using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(RunningStack))]

namespace ImageService.Tests.Acceptance;

/// <summary>
/// The whole system as a user starts it: the AppHost's executable with fresh data on free ports. Started by the first test that
/// asks, stopped with the run. <c>IMAGESERVICE_SUMMARY</c> names the summary file of a stack that runs already; <see cref="ChosenServers"/> tells how another
/// object store or queue is chosen.
/// </summary>
public sealed class RunningStack : IStack, IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);

    private readonly Lazy<Task<StackSummary>> _summary;
    private readonly List<string> _log = [];
    private Process? _appHost;
    private ChosenServers? _servers;
    private string? _folder;

    public RunningStack() => _summary = new(StartAsync, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Whether this run started it, and may therefore break it.</summary>
    public bool IsStartedHere => _appHost is not null;

    /// <summary>Process of a resource, as the AppHost said last: <c>cache tcp://localhost:38593 process 29616</c>, or <c>cache is ready, process 29617</c>.
    /// </summary>
    public int ProcessOf(string resource) =>
        int.Parse(Regex.Match(Log, $@"\| +{resource}\s.*process (\d+)", RegexOptions.RightToLeft, TimeSpan.FromSeconds(5)).Groups[1].Value,
            CultureInfo.InvariantCulture);

    /// <summary>
    /// How the services reach the database, as Linux tells the environment of the worker, which no test kills: for tests that need many rows at once.
    /// </summary>
    public async Task<string> RegistryAsync(CancellationToken ct)
    {
        const string Name = "ConnectionStrings__registry=";
        var environment = await File.ReadAllTextAsync($"/proc/{ProcessOf("worker")}/environ", ct);
        return environment.Split('\0').Single(entry => entry.StartsWith(Name, StringComparison.Ordinal))[Name.Length..];
    }

    /// <inheritdoc/>
    public Task<StackSummary> SummaryAsync() => _summary.Value;

    /// <summary>Everything the stack has logged so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    private async Task<StackSummary> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("IMAGESERVICE_SUMMARY") is { Length: > 0 } running)
            return StackSummary.Read(running);

        _folder = Directory.CreateTempSubdirectory("imageservice-acceptance-").FullName;
        var summary = Path.Combine(_folder, "summary.json");
        _servers = await ChosenServers.StartAsync();
        _appHost = AppHostProgram.Start(
            [
                "--api-port", "0", "--portal-port", "0", "--worker-port", "0", "--summary", summary, "--ephemeral", "--no-dashboard", .. _servers.Arguments,
            ],
            _servers.Settings);
        _appHost.OutputDataReceived += (_, line) => Note(line.Data);
        _appHost.ErrorDataReceived += (_, line) => Note(line.Data);
        _appHost.BeginOutputReadLine();
        _appHost.BeginErrorReadLine();

        var started = Stopwatch.StartNew();
        while (!File.Exists(summary))
        {
            if (_appHost.HasExited || started.Elapsed > StartLimit)
                throw new InvalidOperationException($"The stack is not ready after {started.Elapsed.TotalSeconds:0} s. Its log:\n{Log}");
            await Task.Delay(100);
        }

        return StackSummary.Read(summary);
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.Add(line);
    }

    public async ValueTask DisposeAsync()
    {
        if (_appHost is not null)
        {
            if (!_appHost.HasExited)
            {
                using var terminate = Process.Start("kill", ["-TERM", _appHost.Id.ToString(CultureInfo.InvariantCulture)]);
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
                try
                {
                    await _appHost.WaitForExitAsync(patience.Token);
                }
                catch (OperationCanceledException)
                {
                    _appHost.Kill(entireProcessTree: true);
                }
            }

            _appHost.Dispose();
        }

        if (_servers is not null)
            await _servers.DisposeAsync();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The summary file of the contract's "Where things listen".</summary>
public sealed record StackSummary
{
    public string Api { get; init; } = "";

    public string Portal { get; init; } = "";

    public string Worker { get; init; } = "";

    public string PlatformKey { get; init; } = "";

    public string ApiKey { get; init; } = "";

    public string PortalUser { get; init; } = "";

    public string PortalPassword { get; init; } = "";

    public string Organization { get; init; } = "";

    public string OrganizationId { get; init; } = "";

    public string Tenant { get; init; } = "";

    public string TenantId { get; init; } = "";

    public IReadOnlyDictionary<string, string> Spaces { get; init; } = new Dictionary<string, string>();

    public string PublicUrl { get; init; } = "";

    public string SignedUrl { get; init; } = "";

    public static StackSummary Read(string path) =>
        JsonSerializer.Deserialize<StackSummary>(File.ReadAllText(path), JsonSerializerOptions.Web)
        ?? throw new InvalidOperationException($"{path} is empty.");
}
