namespace ImageService.Portal.Client;

/// <summary>
/// Tells the Api whose request this is, so that limits by address, audit lines and the list of sessions concern the visitor and not the portal. The Api believes the address only
/// where the portal is one of its <c>Api:TrustedProxies</c>.
/// </summary>
internal sealed class VisitorAddress(IHttpContextAccessor accessor) : DelegatingHandler
{
    private const string Header = "X-Forwarded-For";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (accessor.HttpContext?.Connection.RemoteIpAddress is { } visitor) request.Headers.TryAddWithoutValidation(Header, visitor.ToString());
        if (accessor.HttpContext?.Request.Headers.UserAgent is [{ Length: > 0 and <= 500 } browser]) request.Headers.TryAddWithoutValidation("User-Agent", browser);
        return base.SendAsync(request, cancellationToken);
    }
}
