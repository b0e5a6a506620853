using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

[Trait("Level", "Integration")]
public sealed class SupervisorTests : IDisposable
{
    private readonly ProcessSpawner _spawner = new();
    private readonly StringWriter _output = new();
    private readonly ConsoleLog _log;
    private readonly ResourceNotificationService _notifications = new();
    private readonly Readiness _readiness;
    private readonly FakeTimeProvider _time = new();

    public SupervisorTests()
    {
        _log = new ConsoleLog(TextWriter.Synchronized(_output), colours: false);
        _readiness = new Readiness(_notifications, new ServiceCollection().BuildServiceProvider(), _log);
    }

    [Fact]
    public async Task A_service_that_is_killed_is_started_again_and_the_log_says_so()
    {
        await using var supervisor = Supervise(new ExecutableResource("stub", "sleep", "/"), "sleep", "600");
        supervisor.Begin(message => throw new InvalidOperationException(message));
        await Until(() => supervisor.ProcessId != 0);
        var first = supervisor.ProcessId;

        using (var process = Process.GetProcessById(first))
            process.Kill();
        await Until(() => _output.ToString().Contains("starting it again in 1 s", StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromSeconds(1));
        await Until(() => supervisor.ProcessId != first);

        _output.ToString().ShouldContain("stub ended unexpectedly (exit code 137)");
    }

    [Fact]
    public async Task The_pause_doubles_with_each_failure()
    {
        await using var supervisor = Supervise(new ExecutableResource("stub", "false", "/"), "false");
        supervisor.Begin(message => throw new InvalidOperationException(message));

        foreach (var seconds in (int[])[1, 2, 4])
        {
            await Until(() => _output.ToString().Contains($"starting it again in {seconds} s", StringComparison.Ordinal));
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    [Fact]
    public async Task Stopping_asks_first_and_kills_what_does_not_listen()
    {
        var supervisor = Supervise(new ExecutableResource("stub", "sh", "/"), "sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done");
        supervisor.Begin(message => throw new InvalidOperationException(message));
        await Until(() => _output.ToString().Contains("stub       | up", StringComparison.Ordinal));
        var id = supervisor.ProcessId;

        await supervisor.DisposeAsync();

        Should.Throw<ArgumentException>(() => Process.GetProcessById(id));
    }

    [Fact]
    public async Task What_waits_for_a_completion_that_failed_does_not_start_and_says_why()
    {
        var migrations = new ExecutableResource("migrations", "false", "/");
        var service = new ExecutableResource("service", "sleep", "/");
        service.Annotations.Add(new WaitAnnotation(migrations, WaitType.WaitForCompletion));
        var failure = new TaskCompletionSource<string>();
        await using var first = Supervise(migrations, runsToCompletion: true, "false");
        await using var second = Supervise(service, "sleep", "600");

        second.Begin(message => failure.SetResult(message));
        first.Begin(message => throw new InvalidOperationException(message));

        (await failure.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).ShouldContain("migrations failed (exit code 1)");
        second.ProcessId.ShouldBe(0);
    }

    public void Dispose()
    {
        _readiness.Dispose();
        _spawner.Dispose();
        _output.Dispose();
    }

    private Supervisor Supervise(IResource resource, params string[] command) => Supervise(resource, runsToCompletion: false, command);

    private Supervisor Supervise(IResource resource, bool runsToCompletion, params string[] command) => new(
        resource,
        runsToCompletion,
        _ => _spawner.StartAsync(new ProcessCommand(command[0], command[1..], "/") { StopWithin = TimeSpan.FromMilliseconds(300) }, line => _log.Write(resource.Name, line)),
        _readiness,
        _log,
        _time);

    private static async Task Until(Func<bool> condition)
    {
        var since = Stopwatch.StartNew();
        while (!condition())
        {
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
