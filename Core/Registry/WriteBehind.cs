using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Registry;

/// <summary>
/// Counts in memory and writes every so often, so that no request waits for a row. It wakes only after something was counted: an idle process writes
/// nothing and
/// asks nothing. What cannot be written is kept for the next time; an orderly stop writes what is left within <see cref="LastWrite"/>. A killed process
/// loses what
/// was counted since the last write.
/// </summary>
public abstract class WriteBehind : BackgroundService
{
    /// <summary>How long the write at a stop may take: a registry that is away must not hold up the end.</summary>
    public static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(3);

    // One word is enough: "something waits".
    private readonly Channel<bool> _due =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
#pragma warning disable CA2213 // Never disposed: a host may dispose while the last write is under way, and without a wait handle there is nothing to free.
    private readonly SemaphoreSlim _writing = new(1, 1);
#pragma warning restore CA2213
    private readonly TimeSpan _interval;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _ending = new();
    private Task? _end;
    private int _armed;

    /// <param name="interval">From the first count to its write.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of writes that failed.</param>
    protected WriteBehind(TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (_interval, Time, _logger) = (interval, time, logger);
        _timer = time.CreateTimer(static self => ((WriteBehind)self!)._due.Writer.TryWrite(true), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private protected TimeProvider Time { get; }

    /// <summary>How much waits to be written.</summary>
    protected abstract long Waiting { get; }

    /// <summary>Writes everything counted so far. What cannot be written is kept for the next call.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            Interlocked.Exchange(ref _armed, 0); // what is counted from here on asks for a write of its own
            await WriteAsync(ct);
        }
        finally
        {
            if (Waiting > 0)
                Counted();
            _writing.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Task end;
        lock (_ending)
            end = _end ??= EndAsync();

        // Whoever stops it a second time waits for the same last write: what it needs must not be disposed under it.
        await end;
    }

    public override void Dispose()
    {
        lock (_ending)
            _end ??= Task.CompletedTask;
        _timer.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Something was counted: it is written after the interval. Thread-safe, never waits.</summary>
    protected void Counted()
    {
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0)
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes what was counted and writes it; what it could not write it keeps.</summary>
    protected abstract Task WriteAsync(CancellationToken ct);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _due.Reader.WaitToReadAsync(stoppingToken))
            {
                _due.Reader.TryRead(out _);
                await TryFlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; StopAsync writes the rest.
        }
    }

    private async Task EndAsync()
    {
        using var deadline = new CancellationTokenSource(LastWrite, Time);
        try
        {
            await TryFlushAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // Out of time.
        }

        if (Waiting > 0)
            Log.CountsLost(_logger, GetType().Name, Waiting);
    }

    private async Task TryFlushAsync(CancellationToken ct)
    {
        try
        {
            await FlushAsync(ct);
        }
        catch (Exception exception) when (RegistryFailure.Is(exception) && !ct.IsCancellationRequested)
        {
            Log.CountsKept(_logger, exception, GetType().Name, Waiting);
        }
    }
}
