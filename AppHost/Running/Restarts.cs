using Microsoft.Extensions.Hosting;

namespace ImageService.AppHost.Running;

/// <summary>
/// Starts again what dies, after 1, 2, 4, … at most 30 s, except where somebody pressed Stop. What cannot start at all ends the run: a data server that
/// never came up, or migrations that failed.
/// </summary>
internal sealed class Restarts(
    ResourceNotificationService notifications, ResourceCommandService commands, LastLines lastLines, IHostApplicationLifetime lifetime, ConsoleLog log,
    TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Course> _courses = [];

    /// <summary>Watches until the token is cancelled.</summary>
#pragma warning disable RS0030 // The run does not wait for what watches it.
    public void Begin(CancellationToken stopping) => _ = Task.Run(async () =>
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(stopping))
                await FollowAsync(change, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The run ends.
        }
    }, CancellationToken.None);
#pragma warning restore RS0030

    private async Task FollowAsync(ResourceEvent change, CancellationToken ct)
    {
        if (!ResourceWatch.IsOurs(change) || change.Resource is ContainerResource) // a container runtime starts its own again
            return;
        if (!_courses.TryGetValue(change.ResourceId, out var course))
            _courses[change.ResourceId] = course = new Course();
        var state = change.Snapshot.State?.Text;
        if (change.Snapshot.HealthStatus is Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy && state == KnownResourceStates.Running)
            course.WasReady = true;
        if (state == KnownResourceStates.Stopping)
            course.Asked = true;
        else if (state == KnownResourceStates.Starting || state == KnownResourceStates.Running)
            course.Started(time);
        else if (KnownResourceStates.TerminalStates.Contains(state) && course.Ended())
            await JudgeAsync(change, course, ct);
    }

    private async Task JudgeAsync(ResourceEvent end, Course course, CancellationToken ct)
    {
        var name = end.Resource.Name;
        var how = end.Snapshot.State?.Text == KnownResourceStates.FailedToStart ? "cannot start" : $"ended unexpectedly (exit code {end.Snapshot.ExitCode})";
        if (course.Asked || ct.IsCancellationRequested)
            return;
        if (end.Resource.Annotations.OfType<RunsOnceAnnotation>().Any())
        {
            if (end.Snapshot.ExitCode != 0)
                await FailAsync(end, $"{name} failed (exit code {end.Snapshot.ExitCode}).", ct);
        }
        else if (!course.WasReady && end.Resource is not ProjectResource)
        {
            await FailAsync(end, $"{name} {how}.", ct);
        }
        else
        {
            var pause = course.NextPause(time);
            log.Warn($"{name} {how}; starting it again in {pause.TotalSeconds:0} s.");
            await ShowLastLinesAsync(end, ct);
            _ = StartAgainAsync(end.ResourceId, pause, ct); // the watch goes on meanwhile
        }
    }

    private async Task StartAgainAsync(string resourceId, TimeSpan pause, CancellationToken ct)
    {
        try
        {
            await Task.Delay(pause, time, ct);
            var result = await commands.ExecuteCommandAsync(resourceId, KnownResourceCommands.StartCommand, ct);
            if (!result.Success && !result.Canceled)
                log.Warn($"{resourceId} could not be started again: {result.Message}");
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The run ends.
        }
    }

    private async Task FailAsync(ResourceEvent end, string message, CancellationToken ct)
    {
        log.Warn(message);
        await ShowLastLinesAsync(end, ct);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private async Task ShowLastLinesAsync(ResourceEvent end, CancellationToken ct)
    {
        foreach (var line in await lastLines.OfAsync(end.ResourceId, ct))
            log.Write(end.Resource.Name, line);
    }

    /// <summary>The life of one resource.</summary>
    private sealed class Course
    {
        private bool _up;
        private long _startedAt;
        private int _failures;

        /// <summary>Whether somebody asked for the end.</summary>
        public bool Asked { get; set; }

        public bool WasReady { get; set; }

        public void Started(TimeProvider time)
        {
            if (_up)
                return;
            _up = true;
            Asked = false;
            _startedAt = time.GetTimestamp();
        }

        /// <returns>Whether this is the first word of the end.</returns>
        public bool Ended()
        {
            var first = _up;
            _up = false;
            return first;
        }

        public TimeSpan NextPause(TimeProvider time)
        {
            if (time.GetElapsedTime(_startedAt) > Settled)
                _failures = 0;
            return TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, _failures++)));
        }
    }
}
