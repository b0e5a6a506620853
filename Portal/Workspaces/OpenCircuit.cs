using Microsoft.AspNetCore.Components.Server.Circuits;

namespace ImageService.Portal.Workspaces;

/// <summary>
/// Whether a page's circuit is still there. Once it is closed its components go, in an order that nobody knows, and some tell of it on their way as if a
/// person had done something: nothing can be asked of the browser then.
/// </summary>
public sealed class OpenCircuit : CircuitHandler
{
    public bool IsClosed { get; private set; }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        IsClosed = true;
        return Task.CompletedTask;
    }
}
