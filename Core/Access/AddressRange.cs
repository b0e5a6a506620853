using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImageService.Core.Access;

/// <summary>Networks an API key may be used from: CIDR (<c>192.0.2.0/24</c>, <c>2001:db8::/32</c>) or one address.</summary>
public static class AddressRange
{
    /// <summary>Bits before the IPv4 address in <c>::ffff:0:0/96</c>.</summary>
    private const int MappedBits = 96;

    /// <summary>
    /// Reads a network or an address; null for anything else, short forms (<c>10.1</c>) and zones (<c>fe80::1%eth0</c>) included. Host bits of a network
    /// say nothing;
    /// IPv4 in IPv6 clothes is IPv4.
    /// </summary>
    public static IPNetwork? Read(string? text)
    {
        if (text is null || text.Contains('%', StringComparison.Ordinal))
            return null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(host, out var address) || (address.AddressFamily is AddressFamily.InterNetwork && address.ToString() != host))
            return null;
        var length = address.AddressFamily is AddressFamily.InterNetwork ? 32 : 128;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            || (length = Math.Min(given, length)) != given))
            return null;
        return address.IsIPv4MappedToIPv6 && length >= MappedBits ? Network(address.MapToIPv4(), length - MappedBits) : Network(address, length);
    }

    /// <summary>Whether every address of one network is in the other.</summary>
    public static bool Covers(IPNetwork outer, IPNetwork inner) => outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);

    private static IPNetwork Network(IPAddress address, int length) => IPNetwork.Parse(string.Create(CultureInfo.InvariantCulture, $"{address}/{length}"));

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
