using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Running;

/// <summary>Looks after the process of one resource: starts it when its turn comes, tells when it is ready, starts it again when it dies.</summary>
/// <param name="resource">What is looked after.</param>
/// <param name="runsToCompletion">Whether it is meant to end by itself.</param>
internal sealed class Supervisor(IResource resource, bool runsToCompletion, Func<CancellationToken, Task<ChildProcess>> start, Readiness readiness, ConsoleLog log, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private ChildProcess? _process;

    public IResource Resource => resource;

    /// <summary>The process now running; 0 for none.</summary>
    public int ProcessId => _process?.Id ?? 0;

    /// <summary>Begins; <paramref name="failed"/> is called when the resource cannot start at all.</summary>
    public void Begin(Action<string> failed) => _running = Task.Run(async () =>
    {
        try
        {
            await RunAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (ResourceStartException exception)
        {
            failed($"{resource.Name}: {exception.Message}");
        }
        catch (Exception exception)
        {
            failed($"{resource.Name}: {exception}");
        }
    }, CancellationToken.None);

    /// <summary>Stops the process and returns when it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        if (_process is not null)
            await _process.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        await readiness.WaitForDependenciesAsync(resource, ct);
        for (var failures = 0; ; failures++)
        {
            var startedAt = time.GetTimestamp();
            var end = await RunOnceAsync(first: failures == 0, ct);
            if (runsToCompletion)
                return;
            if (time.GetElapsedTime(startedAt) > Settled)
                failures = 0;
            var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, failures)));
            log.Warn($"{resource.Name} {end}; starting it again in {pause.TotalSeconds:0} s.");
            await Task.Delay(pause, time, ct);
        }
    }

    /// <returns>How it ended, in words.</returns>
    private async Task<string> RunOnceAsync(bool first, CancellationToken ct)
    {
        ChildProcess process;
        try
        {
            process = await start(ct);
        }
        catch (ResourceStartException exception) when (!first)
        {
            return $"cannot start: {exception.Message}";
        }

        if (_process is { } earlier)
            await earlier.DisposeAsync();
        _process = process;
        using var untilEnd = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ready = runsToCompletion ? Task.CompletedTask : readiness.AnnounceAsync(resource, untilEnd.Token);
        var code = await process.Exited.WaitAsync(ct);
        await untilEnd.CancelAsync();
        await ready.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (ready is { IsFaulted: true, Exception: { } failure })
            log.Warn($"{resource.Name}: {failure.GetBaseException().Message}");
        if (runsToCompletion)
            readiness.Complete(resource, code);
        return $"ended unexpectedly (exit code {code})";
    }
}
