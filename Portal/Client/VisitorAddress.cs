namespace ImageService.Portal.Client;

/// <summary>
/// Tells the Api whose request this is, so that limits by address and audit lines concern the visitor and not the portal. The Api believes it only where
/// the portal is one of its <c>Api:TrustedProxies</c>.
/// </summary>
internal sealed class VisitorAddress(IHttpContextAccessor accessor) : DelegatingHandler
{
    private const string Header = "X-Forwarded-For";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (accessor.HttpContext?.Connection.RemoteIpAddress is { } visitor) request.Headers.TryAddWithoutValidation(Header, visitor.ToString());
        return base.SendAsync(request, cancellationToken);
    }
}
