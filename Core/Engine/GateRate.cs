namespace ImageService.Core.Engine;

/// <summary>
/// CPU time a second that was given lately: a mean in which what was given counts the less the longer ago it is. Not thread-safe; times in seconds.
/// </summary>
internal sealed class GateRate
{
    // After so long it counts 1/e.
    private const double Memory = 2;

    private double _given;
    private double _at;

    public double At(double now) => _given * Math.Exp((_at - now) / Memory) / Memory;

    public void Add(double cost, double now)
    {
        _given = (_given * Math.Exp((_at - now) / Memory)) + cost;
        _at = now;
    }
}
