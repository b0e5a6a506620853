namespace ImageService.Core.Engine;

/// <summary>What one transform asks of the <see cref="TransformGate"/>.</summary>
/// <param name="OrganizationId">Whose turn it counts as.</param>
/// <param name="Bytes">Memory it will hold at its peak, from <see cref="MemoryEstimate"/>.</param>
/// <param name="Cost">CPU time that it is expected to take, from <see cref="TransformCosts"/>.</param>
public sealed record GateRequest(Guid OrganizationId, long Bytes, TimeSpan Cost)
{
    /// <summary>Nobody waits for it: it gives way to people, and may wait longer than they would.</summary>
    public bool IsBackground { get; init; }
}
