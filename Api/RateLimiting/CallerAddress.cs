using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ImageService.Api.RateLimiting;

/// <summary>An address as limits count it: an IPv4 address, or the /64 of an IPv6 one, which is what one customer gets.</summary>
internal static class CallerAddress
{
    /// <summary>The caller's number; null where there is no address or where it is spared.</summary>
    /// <param name="address">The connection's, as trusted proxies tell it.</param>
    /// <param name="spareLoopback">Whether loopback is spared.</param>
    public static UInt128? Of(IPAddress? address, bool spareLoopback)
    {
        if (address is null || (spareLoopback && IPAddress.IsLoopback(address)))
            return null;
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (!address.IsIPv4MappedToIPv6 && address.AddressFamily == AddressFamily.InterNetworkV6)
            bytes[8..].Clear();
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
