using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Http;

/// <summary>
/// Believes forwarded headers only from the proxies named in <c>Api:TrustedProxies</c>; ASP.NET Core's default of trusting loopback is taken away.
/// </summary>
internal sealed class TrustedProxies(IOptions<ApiOptions> api) : IConfigureOptions<ForwardedHeadersOptions>
{
    public void Configure(ForwardedHeadersOptions options)
    {
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        options.ForwardLimit = api.Value.ForwardLimit;
        options.ForwardedHeaders = api.Value.TrustedProxies.Length == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        foreach (var proxy in api.Value.TrustedProxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
                options.KnownProxies.Add(address);
            else
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        }
    }
}

/// <summary>Tells at start which entry of <c>Api:TrustedProxies</c> cannot be read.</summary>
internal sealed class TrustedProxiesValidator : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        var wrong = options.TrustedProxies
            .Where(static proxy => !IPAddress.TryParse(proxy, out _) && !System.Net.IPNetwork.TryParse(proxy, out _))
            .Select(static proxy => $"Api:TrustedProxies holds \"{proxy}\", which is neither an address (10.0.0.7) nor a network (10.0.0.0/8).")
            .ToArray();
        return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
