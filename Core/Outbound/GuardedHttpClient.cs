using System.Net;
using System.Net.Sockets;

using ImageService.Core.Errors;

using Microsoft.Extensions.Options;

namespace ImageService.Core.Outbound;

/// <summary>
/// The one client for URLs that a tenant names (uploads by URL, webhooks). It connects to public addresses only, judged at the moment of connecting,
/// after the name was resolved, so that neither a redirect nor a name that resolves differently the second time gets past it. No proxy, no cookies,
/// no credentials, no automatic redirects, no decompression. Hosts in <see cref="OutboundOptions.TrustedFetchHosts"/> are exempt from the address check.
/// </summary>
public sealed class GuardedHttpClient : IDisposable
{
    private readonly OutboundOptions _options;
    private readonly IReadOnlyList<IPNetwork> _networks;
    private readonly HttpClient _client;

    public GuardedHttpClient(IOptions<OutboundOptions> options)
        : this(options.Value, [])
    {
    }

    /// <param name="options">Settings of all such requests.</param>
    /// <param name="networks">Networks that this client may connect to though they are not public.</param>
    public GuardedHttpClient(OutboundOptions options, IReadOnlyList<IPNetwork> networks)
    {
        (_options, _networks) = (options, networks);
        _client = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = ConnectAsync,
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                PreAuthenticate = false,
                Credentials = null,
                ConnectTimeout = _options.FetchConnectTimeout,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                MaxConnectionsPerServer = 16,
                MaxResponseHeadersLength = 32,
                MaxResponseDrainSize = 0,
                ActivityHeadersPropagator = null,
            },
            disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
        };
    }

    /// <summary>Whether a URL may be asked for at all: http or https, a host, no credentials, not an address that is not public.</summary>
    /// <returns>Null, or why not (<see cref="ErrorCode.FetchRefused"/>).</returns>
    public Error? Judge(Uri url)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.Host.Length == 0)
            return OutboundErrors.FetchRefused("Only absolute http and https URLs can be fetched.");
        if (url.UserInfo.Length > 0)
            return OutboundErrors.FetchRefused("A URL with a user name or password in it cannot be fetched.");
        if (!IsTrusted(url.Host, url.Port) && IPAddress.TryParse(url.DnsSafeHost, out var address) && !IsAllowed(address))
            return OutboundErrors.NotPublic();
        return null;
    }

    /// <summary>Sends one request and follows nothing. The caller disposes both messages.</summary>
    /// <returns>The response with its headers read, or why there is none (<see cref="ErrorCode.FetchRefused"/>, <see cref="ErrorCode.FetchFailed"/>).</returns>
    public async Task<Result<HttpResponseMessage>> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        if (request.RequestUri is not { } url)
            throw new ArgumentException("The request has no URL.", nameof(request));
        if (Judge(url) is { } refusal)
            return refusal;
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException failure) when (failure.InnerException is NotPublicException)
        {
            return OutboundErrors.NotPublic();
        }
        catch (HttpRequestException failure)
        {
            return OutboundErrors.FetchFailed(Explain(failure));
        }
    }

    public void Dispose() => _client.Dispose();

    private static string Explain(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "Its host name cannot be resolved.",
        HttpRequestError.SecureConnectionError => "Its TLS certificate or handshake was not acceptable.",
        HttpRequestError.ConnectionError => "Its server does not accept connections.",
        HttpRequestError.ConfigurationLimitExceeded => "Its answer's headers are too large.",
        _ => "Its server did not answer as HTTP demands.",
    };

    private bool IsTrusted(string host, int port) =>
        _options.TrustedFetchHosts.Contains($"{host.Trim('[', ']')}:{port}", StringComparer.OrdinalIgnoreCase)
        || _options.TrustedFetchHosts.Contains($"{host}:{port}", StringComparer.OrdinalIgnoreCase);

    private bool IsAllowed(IPAddress address) => PublicAddressFilter.IsPublic(address) || _networks.Any(network => network.Contains(address));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var target = context.DnsEndPoint;
        var trusted = IsTrusted(target.Host, target.Port);
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, ct);
        var allowed = Array.FindAll(addresses, address => trusted || IsAllowed(address));
        if (allowed.Length == 0)
            throw addresses.Length == 0 ? new SocketException((int)SocketError.HostNotFound) : new NotPublicException();
        Exception? last = null;
        foreach (var address in allowed)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                // The very address that was judged: the name is not asked for again.
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception failure)
            {
                socket.Dispose();
                if (failure is not SocketException)
                    throw;
                last = failure;
            }
        }

        throw last!;
    }

    /// <summary>Every address of the host is one that may not be connected to.</summary>
    private sealed class NotPublicException() : IOException("The host has no public address.");
}
