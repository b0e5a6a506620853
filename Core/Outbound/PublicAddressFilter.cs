using System.Net;
using System.Net.Sockets;

namespace ImageService.Core.Outbound;

/// <summary>
/// Which addresses of the network belong to the public Internet. An IPv6 address that carries an IPv4 one inside (mapped, compatible, NAT64, 6to4, Teredo,
/// ISATAP)
/// is judged by that one, because a router or the kernel may deliver to it. Ranges: IANA's special-purpose registries for IPv4 and IPv6, multicast included.
/// Refused are also addresses of cloud metadata services outside those ranges.
/// </summary>
public static class PublicAddressFilter
{
    private static readonly IPNetwork[] RefusedV4 =
    [
        .. Networks(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
            "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
            "240.0.0.0/4",

            // Metadata and platform services that clouds put on public-looking addresses: Azure's wire server, Alibaba (within 100.64/10), Oracle's classic.
            "168.63.129.16/32", "192.0.0.192/32"),
    ];

    /// <summary>Of IPv6 only 2000::/3 is given out as global unicast; these are the exceptions inside it.</summary>
    private static readonly IPNetwork[] RefusedV6 =
        [.. Networks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "3ffe::/16", "5f00::/16")];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");

    /// <summary>Whether a request on behalf of a caller may connect there.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily is AddressFamily.InterNetwork)
            return !Any(RefusedV4, address);
        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
            return false;

        // A zone names an interface of this machine: nothing public needs one.
        if (address.ScopeId != 0)
            return false;
        if (Embedded(address) is { Count: > 0 } inner)
            return IsTranslated(address) && inner.All(IsPublic);
        return GlobalUnicast.Contains(address) && !Any(RefusedV6, address);
    }

    /// <summary>The IPv4 addresses that an IPv6 address carries; empty for a plain one.</summary>
    internal static IReadOnlyList<IPAddress> Embedded(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (address.IsIPv4MappedToIPv6 || bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 || Nat64.Contains(address))
            return [At(bytes, 12)];
        if (SixToFour.Contains(address))
            return [At(bytes, 2)];
        if (Teredo.Contains(address))
            return [At(bytes, 4), Inverted(bytes, 12)];
        return IsIsatap(bytes) ? [At(bytes, 12)] : [];
    }

    /// <summary>
    /// NAT64 and mapped addresses reach their public IPv4 address by design; the tunnels (6to4, Teredo, ISATAP) and the compatible form are long dead.
    /// </summary>
    private static bool IsTranslated(IPAddress address) => address.IsIPv4MappedToIPv6 || Nat64.Contains(address);

    /// <summary>Interface identifier ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d (RFC 5214 section 6.1), under any prefix.</summary>
    private static bool IsIsatap(byte[] bytes) => bytes[8] is 0 or 2 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;

    private static IPAddress At(byte[] bytes, int offset) => new(bytes.AsSpan(offset, 4));

    private static IPAddress Inverted(byte[] bytes, int offset) =>
        new([(byte)~bytes[offset], (byte)~bytes[offset + 1], (byte)~bytes[offset + 2], (byte)~bytes[offset + 3]]);

    private static bool Any(IPNetwork[] networks, IPAddress address) => Array.Exists(networks, network => network.Contains(address));

    private static IEnumerable<IPNetwork> Networks(params string[] networks) => networks.Select(network => IPNetwork.Parse(network));
}
