using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ImageService.AppHost;
using ImageService.AppHost.Running;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>What the AppHost adds to Aspire's orchestrator, on a small application of its own.</summary>
[Trait("Level", "Integration")]
public sealed class RestartsTests : IDisposable
{
    private readonly PrivateFolder _folder = new("restarts");
    private readonly StringWriter _output = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_killed_is_started_again_and_what_somebody_stops_is_not()
    {
        await using var app = Build(builder =>
        {
            builder.AddExecutable("killed", "sleep", "/", "600");
            builder.AddExecutable("stopped", "sleep", "/", "600");
        });
        await app.StartAsync(Ct);
        var first = await ProcessOfAsync(app, "killed", other: 0);
        await ProcessOfAsync(app, "stopped", other: 0);

        using (var process = Process.GetProcessById(first))
            process.Kill();
        var second = await ProcessOfAsync(app, "killed", other: first);
        await app.ResourceCommands.ExecuteCommandAsync("stopped", KnownResourceCommands.StopCommand, Ct);
        using (var process = Process.GetProcessById(second))
            process.Kill();
        await ProcessOfAsync(app, "killed", other: second); // by now a restart of the other one would have come too

        _output.ToString().ShouldContain("killed ended unexpectedly");
        _output.ToString().ShouldContain("starting it again in 1 s");
        _output.ToString().ShouldContain("starting it again in 2 s", customMessage: "the pause doubles");
        _output.ToString().ShouldNotContain("stopped ended unexpectedly");
        app.ResourceNotifications.TryGetCurrentState("stopped", out var state).ShouldBeTrue();
        KnownResourceStates.TerminalStates.ShouldContain(state!.Snapshot.State!.Text);
        await app.StopAsync(Ct);
    }

    [Fact]
    public async Task A_server_that_never_came_up_ends_the_run_and_its_last_lines_say_why()
    {
        await using var app = Build(builder =>
        {
            builder.Services.AddHealthChecks().AddCheck("up", () => HealthCheckResult.Unhealthy());
            builder.AddExecutable("broken", "sh", "/", "-c", "echo the disk is full; exit 3").WithHealthCheck("up");
        });
        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        await app.StartAsync(Ct);
        await Probe.UntilAsync(() => stopping.IsCancellationRequested, "the run ends", TimeSpan.FromSeconds(60));

        _output.ToString().ShouldContain("broken ended unexpectedly (exit code 3)");
        _output.ToString().ShouldContain("the disk is full");
        Environment.ExitCode = 0; // it is this process's too
    }

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
    }

    private DistributedApplication Build(Action<IDistributedApplicationBuilder> model)
    {
        var builder =
            DistributedApplication.CreateBuilder(
                new DistributedApplicationOptions { Args = [], AssemblyName = typeof(LaunchOptions).Assembly.GetName().Name, DisableDashboard = true });
        model(builder);
        var options = new LaunchOptions
        {
            ApiPort = null,
            PortalPort = null,
            WorkerPort = null,
            Demo = false,
            Ephemeral = true,
            Data = _folder.Next(),
            Summary = null,
        };
        var folder = new RunFolder(options.Data, options.Ephemeral);
        folder.Open();
        builder.AddRunning(options, folder, new ConsoleLog(TextWriter.Synchronized(_output), colours: false));
        return builder.Build();
    }

    private static async Task<int> ProcessOfAsync(DistributedApplication app, string resource, int other)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var running = await app.ResourceNotifications.WaitForResourceAsync(
            resource, change => change.Snapshot.State?.Text == KnownResourceStates.Running && Process(change) is not (0 or null) && Process(change) != other,
            limit.Token);
        return Process(running)!.Value;

        static int? Process(ResourceEvent change) =>
            change.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } id
                ? Convert.ToInt32(id, CultureInfo.InvariantCulture) : null;
    }
}
