using System.Net.Sockets;

namespace ImageService.Core.Storage;

/// <summary>Tells a store that cannot be reached from the caller who went away and from mistakes of our own.</summary>
internal static class RemoteFailure
{
    /// <summary>Whether the network or the server's silence is the reason; a cancellation by the caller is not.</summary>
    public static bool Is(Exception problem, CancellationToken caller) => problem switch
    {
        OperationCanceledException => !caller.IsCancellationRequested,
        HttpRequestException or SocketException or TimeoutException or IOException => true,
        _ => false,
    };
}
