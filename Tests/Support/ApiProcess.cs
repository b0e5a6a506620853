using System.Collections;
using System.Diagnostics;
using ImageService.Api;
using ImageService.AppHost.Servers;
using ImageService.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Support;

/// <summary>The Api as a process of its own, to be told to stop or killed at will.</summary>
/// <param name="url">Where it listens.</param>
/// <param name="settings">Its environment beside this process's own.</param>
/// <param name="folder">Its working directory.</param>
internal sealed class ApiProcess(Uri url, IReadOnlyDictionary<string, string> settings, string folder) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly ProcessSpawner _spawner = new();
    private readonly LastLines _told = new(static _ => { });
    private readonly HttpClient _http = new() { BaseAddress = url };
    private ChildProcess? _process;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Uri Url => url;

    /// <summary>Starts it, once more after it ended; returns once it takes requests.</summary>
    public async Task StartAsync()
    {
        var environment = Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>().ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
        environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        environment["ASPNETCORE_URLS"] = url.GetLeftPart(UriPartial.Authority);
        foreach (var (name, value) in settings)
            environment[name] = value;
        if (_process is not null)
            await _process.DisposeAsync();
        _process = await _spawner.StartAsync(
            new ProcessCommand(Executables.DotNet, [typeof(AssemblyMarker).Assembly.Location], folder) { Environment = environment }, _told.Add);
        var started = Stopwatch.StartNew();
        while (!await IsWellAsync("/health/live"))
        {
            _process.Exited.IsCompleted.ShouldBeFalse(_told.ToString());
            started.Elapsed.ShouldBeLessThan(StartLimit, _told.ToString());
            await Task.Delay(100, Ct);
        }
    }

    /// <summary>SIGTERM; tells the exit code once it ended.</summary>
    public Task<int> TerminateAsync()
    {
        Posix.Signal(_process!.Id, Posix.Terminate).ShouldBeTrue();
        return _process.Exited.WaitAsync(StartLimit, Ct);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.Exited;
    }

    /// <summary>Whether it says that it is ready, now.</summary>
    public Task<bool> IsReadyAsync() => IsWellAsync("/health/ready");

    /// <summary>What it said last.</summary>
    public override string ToString() => _told.ToString();

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_process is not null)
            await _process.DisposeAsync();
        _spawner.Dispose();
        _http.Dispose();
    }

    private async Task<bool> IsWellAsync(string path)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), Ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
