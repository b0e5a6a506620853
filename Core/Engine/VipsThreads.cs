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

    private readonly int _niceness;

    public VipsThreads(int count, int niceness)
    {
        _niceness = niceness;
        for (var i = 0; i < count; i++)
            new Thread(Run) { IsBackground = true, Name = $"vips {i}", Priority = ThreadPriority.BelowNormal }.Start();
    }

    /// <summary>Runs work on one of the threads and tells what CPU time it took.</summary>
    /// <param name="work">What to run.</param>
    /// <param name="use">Told the same, also where the work fails or is stopped.</param>
    /// <param name="ct">Cancels before the start.</param>
    /// <exception cref="OperationCanceledException">Cancelled before its start, or by the work itself.</exception>
    public Task<(T Result, TimeSpan Cpu)> RunAsync<T>(Func<T> work, CpuUse? use, CancellationToken ct)
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
                    done.TrySetResult((result, End(share, use)));
                }
                catch (OperationCanceledException cancelled)
                {
                    _ = End(share, use);
                    done.TrySetCanceled(cancelled.CancellationToken);
                }
                catch (Exception failure)
                {
                    // Belongs to whoever awaits; this thread goes on.
                    _ = End(share, use);
                    done.TrySetException(failure);
                }
            },
            CancellationToken.None);
        return done.Task;
    }

    public void Dispose() => _work.CompleteAdding();

    private TimeSpan End(TimeSpan share, CpuUse? use)
    {
        var cpu = _cpu.End(share);
        use?.Add(cpu);
        return cpu;
    }

    private void Run()
    {
        // libvips starts its own threads from this one, and they inherit it.
        ThreadNiceness.Set(_niceness);
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}
