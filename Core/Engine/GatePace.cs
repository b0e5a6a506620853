namespace ImageService.Core.Engine;

/// <summary>
/// How many seconds pass for a second of a transform's CPU time, as measured lately: reading and neighbours on the machine included. Not thread-safe.
/// </summary>
internal sealed class GatePace
{
    // What was measured counts a tenth less with each measurement after it.
    private const double Memory = 0.9;
    private const double Least = 0.1;
    private const double Most = 50;

    // Half a second's worth of "as expected", until something was measured.
    private double _elapsed = 0.5;
    private double _cpu = 0.5;

    /// <summary>Seconds for a second of CPU time.</summary>
    public double Ratio => Math.Clamp(_elapsed / _cpu, Least, Most);

    /// <summary>Notes a transform that ran; the longer it took the more it counts.</summary>
    public void Learn(double elapsed, double cpu)
    {
        _elapsed = (_elapsed * Memory) + elapsed;
        _cpu = (_cpu * Memory) + Math.Max(cpu, 0.001);
    }
}
