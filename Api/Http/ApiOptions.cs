using System.ComponentModel.DataAnnotations;

namespace ImageService.Api.Http;

/// <summary>How the Api meets the network. Section <c>Api</c>.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>
    /// Addresses or CIDR networks of reverse proxies whose <c>X-Forwarded-For|Proto|Host</c> are believed. Empty (the default): none, not even loopback.
    /// </summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>How many proxies stand in line; that many entries of the forwarded headers are read. Default 1.</summary>
    [Range(1, 10, ErrorMessage = "Api:ForwardLimit must be from 1 to 10: the number of proxies in front of the Api.")]
    public int ForwardLimit { get; set; } = 1;

    /// <summary>
    /// Whether plain HTTP is redirected to HTTPS and HSTS is sent. Default: on outside development. Switch it off only behind a proxy that does both.
    /// </summary>
    public bool? RequireHttps { get; set; }

    /// <summary>Largest body of a management request, bytes. Uploads have their own limit by policy. Default 1 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024, ErrorMessage = "Api:MaxManagementBodyBytes must be from 1024 to 67108864.")]
    public int MaxManagementBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Whether a cached image is answered on the thread where its request arrived. Switch it off to compare, or where something in the process blocks
    /// threads that wait for sockets. Default true.
    /// </summary>
    public bool InlineSockets { get; set; } = true;

    /// <summary>
    /// Base URL of the portal, for links in mails and the way back from an identity provider; pages of its origin may upload everywhere. Default
    /// http://localhost:8081.
    /// </summary>
    [Required(ErrorMessage = "Api:PortalBaseUrl must be the portal's absolute URL, such as https://portal.example.com.")]
    [Url(ErrorMessage = "Api:PortalBaseUrl must be the portal's absolute URL, such as https://portal.example.com.")]
    public string PortalBaseUrl { get; set; } = "http://localhost:8081";

    /// <summary>
    /// Which half of the Api this process serves: <c>all</c> (default), <c>delivery</c> (images alone) or <c>control</c> (everything else), so that the two
    /// can be scaled apart.
    /// </summary>
    public ServedHalf Serve { get; set; } = ServedHalf.All;
}
