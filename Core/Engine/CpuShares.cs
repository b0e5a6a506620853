namespace ImageService.Core.Engine;

/// <summary>
/// Tells how much CPU each of several transforms took. libvips works on threads of its own that cannot be told apart, so the process's time is
/// divided equally among the transforms that run while it passes. Thread-safe.
/// </summary>
internal sealed class CpuShares
{
    private readonly Lock _lock = new();
    private TimeSpan _perTransform;
    private TimeSpan _seen;
    private int _running;

    /// <summary>Notes a start; give the result to <see cref="End"/>.</summary>
    public TimeSpan Start()
    {
        lock (_lock)
        {
            Divide();
            _running++;
            return _perTransform;
        }
    }

    /// <summary>Notes the end and tells the share.</summary>
    public TimeSpan End(TimeSpan start)
    {
        lock (_lock)
        {
            Divide();
            _running--;
            return _perTransform - start;
        }
    }

    private void Divide()
    {
        var now = Environment.CpuUsage.TotalTime;
        if (_running > 0)
            _perTransform += (now - _seen) / _running;
        _seen = now;
    }
}
