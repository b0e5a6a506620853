namespace ImageService.Portal.Client;

/// <summary>
/// Tells the Api whose request this is, so that limits by address, audit lines and the list of sessions concern the visitor and not the portal. The Api
/// believes the address only
/// where the portal is one of its <c>Api:TrustedProxies</c>. Outside development visitors come by HTTPS alone; the Api is told so, or it would send the
/// portal, which speaks
/// plain HTTP inside the cluster, to an https address that nobody listens on.
/// </summary>
internal sealed class VisitorAddress(IHttpContextAccessor accessor, IHostEnvironment environment) : DelegatingHandler
{
    private const string Header = "X-Forwarded-For";
    private const string Scheme = "X-Forwarded-Proto";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (accessor.HttpContext?.Connection.RemoteIpAddress is { } visitor)
            request.Headers.TryAddWithoutValidation(Header, visitor.ToString());
        if (accessor.HttpContext?.Request.Headers.UserAgent is [{ Length: > 0 and <= 500 } browser])
            request.Headers.TryAddWithoutValidation("User-Agent", browser);
        if (!environment.IsDevelopment())
            request.Headers.TryAddWithoutValidation(Scheme, Uri.UriSchemeHttps);
        return base.SendAsync(request, cancellationToken);
    }
}
