using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using ImageService.AppHost.Running;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Tests.Acceptance;

/// <summary>
/// A whole system for one test that breaks parts of it: the AppHost's program within this process, by Aspire's testing builder, which tells the process of
/// each resource. Without the demo; its data stays in <see cref="Data"/> until the end.
/// </summary>
public sealed class HostedStack : IStack, IAsyncDisposable
{
    private readonly PrivateFolder _folder = new("hosted");
    private readonly Lines _log = new();
    private readonly Lazy<Task<StackSummary>> _summary;
    private DistributedApplication? _application;

    public HostedStack()
    {
        _summary = new(StartAsync, LazyThreadSafetyMode.ExecutionAndPublication);
        Data = _folder.Next();
    }

    /// <summary>Where the system keeps everything.</summary>
    public string Data { get; }

    public Task<StackSummary> SummaryAsync() => _summary.Value;

    public string Log => string.Join('\n', _log.Written);

    /// <summary>Id of the process that a resource runs as now.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public int ProcessOf(string resource) =>
        _application is not null && _application.ResourceNotifications.TryGetCurrentState(resource, out var state)
        && state.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } id
            ? Convert.ToInt32(id, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{resource} does not run.");

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.StopAsync(CancellationToken.None);
            await _application.DisposeAsync();
        }

        _log.Dispose();
        _folder.Dispose();
    }

    private async Task<StackSummary> StartAsync()
    {
        var summary = Path.Combine(_folder.Next(), "summary.json");
        var builder = await DistributedApplicationTestingBuilder.CreateAsync(
            typeof(ConsoleLog).Assembly.EntryPoint!.DeclaringType!,
            // The builder reads them as .NET's configuration does, too.
            ["--no-demo=true", $"--data={Data}", "--api-port=0", "--portal-port=0", "--worker-port=0", $"--summary={summary}"]);
        builder.Services.AddSingleton(new ConsoleLog(_log, colours: false));
        _application = await builder.BuildAsync();
        await _application.StartAsync();
        return await StackSummary.WrittenAsync(summary, () => false, () => Log);
    }

    /// <summary>Keeps whole lines, and may be read while it is written.</summary>
    private sealed class Lines : TextWriter
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => Written.Enqueue(value ?? "");
    }
}
