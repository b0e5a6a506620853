using System.Net;
using System.Net.Sockets;

namespace ImageService.AppHost.Running;

/// <summary>The ports that the launch options name.</summary>
internal static class Ports
{
    /// <summary>How long the processes of a killed AppHost may hold a port: Aspire's orchestrator ends them within this time.</summary>
    private static readonly TimeSpan Lingering = TimeSpan.FromSeconds(15);

    /// <summary>Makes sure that each service can listen where it should.</summary>
    /// <param name="wanted">Service and port; null for any free one.</param>
    /// <param name="afterKill">Whether to wait for what a killed AppHost left behind.</param>
    /// <exception cref="ResourceStartException">A port is wanted twice or taken; the message says by whom and which option changes it.</exception>
    public static void Require(IEnumerable<(string Service, int? Port)> wanted, bool afterKill)
    {
        HashSet<int> used = [];
        foreach (var (service, chosen) in wanted)
        {
            if (chosen is not { } port)
                continue;
            if (!used.Add(port))
                throw new ResourceStartException(
                    $"Port {port} is wanted by {service} and by another service. Choose another: --{service}-port N (0: any free one).");
            for (var waited = TimeSpan.Zero; afterKill && waited < Lingering && IsTaken(port); waited += TimeSpan.FromMilliseconds(200))
#pragma warning disable RS0030 // Before anything runs: nobody needs the thread.
                Thread.Sleep(200);
#pragma warning restore RS0030
            if (IsTaken(port))
                throw new ResourceStartException(
                    $"Port {port}, where {service} should listen, is taken by {PortHolder.Describe(port)}. Stop that, or choose another port: --{service}-port N (0: any free one).");
        }
    }

    /// <summary>The first of so many ports in a row on which nobody listens right now.</summary>
    /// <exception cref="ResourceStartException">None was found.</exception>
    public static int FreeRow(int count)
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            var first = Random.Shared.Next(20_000, 30_000);
            if (!Enumerable.Range(first, count).Any(IsTaken))
                return first;
        }

        throw new ResourceStartException($"No {count} free ports in a row were found between 20000 and 30000.");
    }

    /// <summary>Whether something listens on the loopback port already.</summary>
    public static bool IsTaken(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return true;
        }
    }
}
