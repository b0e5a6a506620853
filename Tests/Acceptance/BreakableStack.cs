using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ImageService.AppHost;
using ImageService.AppHost.Running;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Tests.Acceptance;

/// <summary>
/// A stack for tests that break parts of it: the AppHost's own model, started in this process by Aspire's testing builder, without the demo, on what a test
/// knows how to break: a folder, and the registry's own queue.
/// </summary>
public sealed class BreakableStack : IStack, IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);

    private readonly PrivateFolder _folder = new("breakable");
    private readonly StringWriter _output = new();
    private readonly Lazy<Task<StackSummary>> _summary;
    private DistributedApplication? _app;

    public BreakableStack()
    {
        Data = _folder.Next();
        _summary = new(StartAsync, LazyThreadSafetyMode.ExecutionAndPublication);
    }

    /// <summary>Where it keeps everything.</summary>
    public string Data { get; }

    /// <summary>What the AppHost has said so far.</summary>
    public string Log => _output.ToString();

    private DistributedApplication App => _app ?? throw new InvalidOperationException("The stack is not started.");

    /// <inheritdoc/>
    public Task<StackSummary> SummaryAsync() => _summary.Value;

    /// <summary>Process of a resource that runs.</summary>
    public async Task<int> ProcessOfAsync(string resource)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var running = await App.ResourceNotifications.WaitForResourceAsync(
            resource, static change => change.Snapshot.State?.Text == KnownResourceStates.Running && Process(change) is > 0, limit.Token);
        return Process(running)!.Value;

        static int? Process(ResourceEvent change) =>
            change.Snapshot.Properties.FirstOrDefault(static property => property.Name == "executable.pid")?.Value is { } id
                ? Convert.ToInt32(id, CultureInfo.InvariantCulture) : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await _output.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<StackSummary> StartAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync(
            typeof(LaunchOptions).Assembly.EntryPoint!.DeclaringType!,
            // It gives the application these, too, and not only what the program makes of them.
            LaunchOptions.Expand(["--api-port", "0", "--portal-port", "0", "--worker-port", "0", "--no-demo", "--no-dashboard", "--data", Data]),
            limit.Token);
        builder.Services.AddSingleton(new ConsoleLog(TextWriter.Synchronized(_output), colours: false));
        var key = builder.Resources.OfType<ParameterResource>().Single(static parameter => parameter.Name == "platform-key");
        _app = await builder.BuildAsync(limit.Token);
        try
        {
            await _app.StartAsync(limit.Token);
            foreach (var service in (string[])["api", "worker", "portal"])
                await _app.ResourceNotifications.WaitForResourceHealthyAsync(service, limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or DistributedApplicationException)
        {
            throw new InvalidOperationException($"The stack did not start. Its log:\n{Log}", exception);
        }

        return new StackSummary
        {
            Api = AddressOf("api"),
            Worker = AddressOf("worker"),
            Portal = AddressOf("portal"),
            PlatformKey = await key.GetValueAsync(limit.Token) ?? "",
        };
    }

    private string AddressOf(string service) => App.GetEndpoint(service, "http").GetLeftPart(UriPartial.Authority);
}
