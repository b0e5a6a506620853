using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;

namespace Aspire.Hosting.Running;

/// <summary>Decides where everything listens, before anything starts.</summary>
internal static class EndpointAllocator
{
    /// <exception cref="ResourceStartException">A wanted port is taken; the message says by whom and which option changes it.</exception>
    public static void Allocate(IEnumerable<IResource> resources)
    {
        HashSet<int> used = [];
        foreach (var resource in resources)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                var port = endpoint.Port ?? Free(used);
                if (!used.Add(port))
                    throw new ResourceStartException($"Port {port} is wanted by {resource.Name} and by another resource. Choose another: --{resource.Name}-port N (0: any free one).");
                if (endpoint.Port is not null && FreePort.IsTaken(port))
                    throw new ResourceStartException($"Port {port}, where {resource.Name} should listen, is taken by {PortHolder.Describe(port)}. Stop that, or choose another port: --{resource.Name}-port N (0: any free one).");
                endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint.UriScheme, "localhost", port);
            }
        }
    }

    private static int Free(HashSet<int> used)
    {
        int port;
        do
            port = FreePort.Next();
        while (used.Contains(port));
        return port;
    }
}
