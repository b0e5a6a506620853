using System.Net;
using System.Net.Sockets;

namespace ImageService.Tests.Support.Servers;

/// <summary>Loopback TCP ports.</summary>
internal static class FreePort
{
    /// <summary>A port nothing listens on now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
