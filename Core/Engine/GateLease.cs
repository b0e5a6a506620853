namespace ImageService.Core.Engine;

/// <summary>A running transform's place; complete or dispose it once, when the transform has ended.</summary>
public sealed class GateLease : IDisposable
{
    private TransformGate? _gate;

    internal GateLease(TransformGate gate, GateRequest request, double cost, bool isDear, double startedAt) =>
        (_gate, Request, Cost, IsDear, StartedAt) = (gate, request, cost, isDear, startedAt);

    internal GateRequest Request { get; }

    internal double Cost { get; }

    internal bool IsDear { get; }

    internal double StartedAt { get; }

    /// <summary>Whether its memory is that which the small have beside the budget.</summary>
    internal bool IsBeside { get; init; }

    /// <summary>Gives the place back and tells the gate what the transform took, by which it expects the next ones to take.</summary>
    public void Complete(TimeSpan cpu) => Interlocked.Exchange(ref _gate, null)?.Exit(this, cpu);

    /// <summary>Gives the place back; the organization is charged by the time it was held.</summary>
    public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Exit(this, null);
}
