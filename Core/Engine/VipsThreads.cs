using System.Collections.Concurrent;

namespace ImageService.Core.Engine;

/// <summary>
/// The threads on which libvips runs: as many as transforms may run at once, and never one of the thread pool's,
/// whose starvation would stop every other request.
/// </summary>
internal sealed class VipsThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly CpuShares _cpu = new();

    public VipsThreads(int count)
    {
        for (var i = 0; i < count; i++)
            new Thread(Run) { IsBackground = true, Name = $"vips {i}", Priority = ThreadPriority.BelowNormal }.Start();
    }

    /// <summary>Runs work on one of the threads and tells what CPU time it took.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before its start, or by the work itself.</exception>
    public Task<(T Result, TimeSpan Cpu)> RunAsync<T>(Func<T> work, CancellationToken ct)
    {
        var done = new TaskCompletionSource<(T, TimeSpan)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(
            () =>
            {
                if (ct.IsCancellationRequested)
                {
                    done.TrySetCanceled(ct);
                    return;
                }

                var share = _cpu.Start();
                try
                {
                    var result = work();
                    done.TrySetResult((result, _cpu.End(share)));
                }
                catch (OperationCanceledException cancelled)
                {
                    _cpu.End(share);
                    done.TrySetCanceled(cancelled.CancellationToken);
                }
                catch (Exception failure)
                {
                    // Belongs to whoever awaits; this thread goes on.
                    _cpu.End(share);
                    done.TrySetException(failure);
                }
            },
            CancellationToken.None);
        return done.Task;
    }

    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}
