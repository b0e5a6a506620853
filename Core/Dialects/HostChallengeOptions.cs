using System.Net;
using ImageService.Core.Access;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Dialects;

/// <summary>Where proofs of host names are looked for.</summary>
public sealed class HostChallengeOptions
{
    public const string Section = "Hosts";

    internal const int DnsPort = 53;

    /// <summary>
    /// DNS servers that are asked for TXT records, each an address (<c>10.0.0.53</c>) or one with its port (<c>10.0.0.53:5353</c>). Default: the machine's own.
    /// </summary>
    public string[] Resolvers { get; set; } = [];

    /// <summary>Networks (CIDR) or addresses that are not public whose web servers may be asked for a challenge's file. Default: none.</summary>
    public string[] ChallengeNetworks { get; set; } = [];

    /// <summary>The resolvers, read.</summary>
    internal IPEndPoint[] ReadResolvers() => [.. Resolvers.Select(static text => ReadResolver(text)!)];

    /// <summary>The networks, read.</summary>
    internal IPNetwork[] ReadNetworks() => [.. ChallengeNetworks.Select(static text => AddressRange.Read(text)!.Value)];

    internal static IPEndPoint? ReadResolver(string text)
    {
        if (!IPEndPoint.TryParse(text, out var server))
            return null;
        return server.Port == 0 ? new IPEndPoint(server.Address, DnsPort) : server;
    }
}

/// <summary>Tells at start which entry cannot be read.</summary>
internal sealed class HostChallengeOptionsValidator : IValidateOptions<HostChallengeOptions>
{
    public ValidateOptionsResult Validate(string? name, HostChallengeOptions options)
    {
        string[] wrong =
        [
            .. options.Resolvers.Where(static text => HostChallengeOptions.ReadResolver(text) is null).Select(static text =>
                $"Hosts:Resolvers holds \"{text}\", which is neither an address (10.0.0.53) nor one with its port (10.0.0.53:5353, [fd00::53]:5353)."),
            .. options.ChallengeNetworks.Where(static text => AddressRange.Read(text) is null)
                .Select(static text => $"Hosts:ChallengeNetworks holds \"{text}\", which is neither a network (10.0.0.0/8) nor an address (10.0.0.7)."),
        ];
        return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
