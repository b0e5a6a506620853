using System.Net;
using System.Net.Sockets;

namespace ImageService.Core.Access;

/// <summary>Networks an API key may be used from: CIDR (<c>192.0.2.0/24</c>, <c>2001:db8::/32</c>) or one address.</summary>
public static class AddressRange
{
    /// <summary>Reads a network or an address; null for anything else. Host bits of a network say nothing.</summary>
    public static IPNetwork? Read(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;
        return IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.AddressFamily is AddressFamily.InterNetworkV6 ? 128 : 32)
            : null;
    }

    /// <summary>Whether one of the networks holds the address. An IPv4 address in IPv6 clothes is the IPv4 address; no address is in no network.</summary>
    public static bool Contains(IReadOnlyList<IPNetwork> networks, IPAddress? address)
    {
        if (address is null)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var network in networks)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }
}
