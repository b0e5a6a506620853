namespace ImageService.Core.Engine;

/// <summary>
/// What one piece of the engine's work took, also where it failed, ran out of time or was cancelled: the costliest ones are those. Give one to
/// <see cref="TransformLimits.Use"/> and read it when the work has ended.
/// </summary>
public sealed class CpuUse
{
    private long _ticks;
    private volatile bool _touchedPixels;

    /// <summary>CPU time.</summary>
    public TimeSpan Spent => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <summary>Whether pixels were worked on: what was refused by its header did not run.</summary>
    public bool TouchedPixels => _touchedPixels;

    internal void Add(TimeSpan cpu) => Interlocked.Add(ref _ticks, cpu.Ticks);

    internal void Begin() => _touchedPixels = true;
}
