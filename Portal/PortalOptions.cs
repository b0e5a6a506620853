using System.ComponentModel.DataAnnotations;

namespace ImageService.Portal;

/// <summary>Settings of the portal.</summary>
internal sealed class PortalOptions
{
    public const string Section = "Portal";

    /// <summary>
    /// Address under which browsers reach the Api, for pictures: <c>https://images.example.com</c>. Default: the address by which the portal itself reaches it.
    /// </summary>
    [RegularExpression("^https?://[^/]+$", ErrorMessage = "Portal:PublicApiUrl must be like https://images.example.com, without a path.")]
    public string? PublicApiUrl { get; set; }

    /// <summary>Folder for the keys that encrypt sign-in cookies. Default: the user's own; several replicas need one in common.</summary>
    public string? KeyDirectory { get; set; }

    /// <summary>Networks (CIDR) of proxies whose forwarded headers are believed. Empty by default.</summary>
    public string[] TrustedProxies { get; set; } = [];
}
