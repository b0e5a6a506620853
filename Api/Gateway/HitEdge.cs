using System.Globalization;
using ImageService.Api.Http;
using ImageService.Api.RateLimiting;
using ImageService.Core.Dialects;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ImageService.Api.Gateway;

/// <summary>
/// What the middleware before the gateway would do to a hit: forwarded headers, allowed hosts, HTTPS, addresses that guess, headers of every answer.
/// Whatever one of them would refuse or redirect is not
/// admitted here and meets it on the long way.
/// </summary>
internal sealed class HitEdge
{
    private readonly ForwardedHeadersMiddleware? _forwarding;
    private readonly ForwardedHeadersOptions _forwarded;
    private readonly IList<StringSegment> _hosts;
    private readonly bool _requireHttps;
    private readonly string _strictTransport;
    private readonly IList<string> _notStrict;
    private readonly ScanCounts _scans;
    private readonly HostDirectory _customers;

    public HitEdge(
        IOptions<ForwardedHeadersOptions> forwarded,
        IOptions<HostFilteringOptions> hosts,
        IOptions<HstsOptions> hsts,
        IOptions<ApiOptions> api,
        IHostEnvironment environment,
        ScanCounts scans,
        HostDirectory customers,
        ILoggerFactory loggers)
    {
        _forwarded = forwarded.Value;
        _forwarding = _forwarded.ForwardedHeaders == ForwardedHeaders.None
            ? null : new ForwardedHeadersMiddleware(static _ => Task.CompletedTask, loggers, forwarded);
        _hosts = hosts.Value.AllowedHosts.Contains("*") ? [] : [.. hosts.Value.AllowedHosts.Select(static host => new StringSegment(host))];
        _requireHttps = api.Value.RequireHttps ?? !environment.IsDevelopment();
        _strictTransport =
            string.Create(CultureInfo.InvariantCulture,
                $"max-age={(long)hsts.Value.MaxAge.TotalSeconds}{(hsts.Value.IncludeSubDomains ? "; includeSubDomains" : "")}{(hsts.Value.Preload ? "; preload" : "")}");
        _notStrict = hsts.Value.ExcludedHosts;
        (_scans, _customers) = (scans, customers);
    }

    /// <summary>Whether the request passes; who it comes from, and by which scheme and host, is then as trusted proxies tell it.</summary>
    public bool Admits(IFeatureCollection features, IHttpRequestFeature request)
    {
        if (_forwarding is not null && IsForwarded(request.Headers))
        {
            _forwarding.ApplyForwarders(new DefaultHttpContext(features));
            features.Set(ForwardersRead.Instance);
        }

        return (!_requireHttps || IsHttps(request))
            && (_hosts.Count == 0 || HostString.MatchesAny(new HostString(request.Headers.Host.ToString()).Host, _hosts))
            && IsOurs(request.Headers.Host.ToString())
            && !_scans.IsRefused(features.Get<IHttpConnectionFeature>()?.RemoteIpAddress);
    }

    /// <summary>Sets the headers of every answer.</summary>
    public void Secure(IHttpRequestFeature request, IHeaderDictionary response)
    {
        SecurityHeaders.FillForAll(response);
        if (_requireHttps && IsHttps(request) && !_notStrict.Contains(new HostString(request.Headers.Host.ToString()).Host, StringComparer.OrdinalIgnoreCase))
            response.StrictTransportSecurity = _strictTransport;
    }

    /// <summary>A customer's own host name may give the same path another meaning.</summary>
    private bool IsOurs(string host) => !host.Contains('.', StringComparison.Ordinal) || _customers.IsKnownToBeNone(new HostString(host).Host);

    private static bool IsHttps(IHttpRequestFeature request) => string.Equals(request.Scheme, "https", StringComparison.OrdinalIgnoreCase);

    private bool IsForwarded(IHeaderDictionary headers) =>
        headers.ContainsKey(_forwarded.ForwardedForHeaderName) || headers.ContainsKey(_forwarded.ForwardedProtoHeaderName)
            || headers.ContainsKey(_forwarded.ForwardedHostHeaderName);
}
