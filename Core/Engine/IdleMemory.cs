using Microsoft.Extensions.Hosting;

namespace ImageService.Core.Engine;

/// <summary>
/// Gives memory back once nothing happens: a collector that has nothing to collect keeps what the last pictures needed. Looks every minute;
/// after a minute in which no transform ran and next to nothing was allocated, everything is collected and compacted once, until something happens again.
/// </summary>
/// <param name="gate">Knows whether a transform runs or waits.</param>
/// <param name="time">Clock of the looks.</param>
/// <param name="allocated">Bytes that were allocated since the process started.</param>
/// <param name="giveBack">Collects, and returns what is free to the system.</param>
internal sealed class IdleMemory(TransformGate gate, TimeProvider time, Func<long> allocated, Action giveBack) : BackgroundService
{
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    // What clocks, health checks and metrics allocate in a minute stays below; a hit takes half a kilobyte.
    internal const long QuietBytes = 4 << 20;

    private long _before = allocated();
    private bool _isGivenBack;

    /// <summary>Of this process.</summary>
    public IdleMemory(TransformGate gate, TimeProvider time)
        : this(gate, time, static () => GC.GetTotalAllocatedBytes(), GiveBack)
    {
    }

    /// <summary>What is done at each look.</summary>
    internal void Look()
    {
        var now = allocated();
        var isQuiet = now - _before <= QuietBytes && gate.Running + gate.Waiting == 0;
        if (isQuiet && !_isGivenBack)
            giveBack();
        _isGivenBack = isQuiet;
        _before = allocated();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Look();
    }

    private static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeMemory.Trim();
    }
}
