using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.IdentityProviders;

/// <summary>The organization's OpenID Connect provider.</summary>
/// <param name="Authority">Issuer URL, https; <c>{authority}/.well-known/openid-configuration</c> is read.</param>
/// <param name="ClientId">As registered there. Register the redirect URI <c>{api}/v1/sessions/oidc/callback</c>.</param>
/// <param name="ClientSecret">As registered there; left out, the one before stays.</param>
/// <param name="DefaultRole">Role of people who come for the first time: admin, editor or viewer; left out: only those who were invited come in.</param>
/// <param name="AllowedDomains">E-mail domains that may come in; empty: any the provider vouches for.</param>
internal sealed record SetIdentityProviderRequest(string? Authority, string? ClientId, string? ClientSecret, Role? DefaultRole, string[]? AllowedDomains)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(SetIdentityProviderRequest);
}

/// <summary>The organization's OpenID Connect provider, without its secret.</summary>
internal sealed record IdentityProviderResponse(
    string Authority, string ClientId, Role? DefaultRole, string[] AllowedDomains, string SignInPath, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static IdentityProviderResponse Of(IdentityProvider provider, string organization) => new(
        provider.Authority, provider.ClientId, provider.DefaultRole, provider.AllowedDomains, $"/v1/organizations/{organization}/sign-in", provider.CreatedAt,
        provider.UpdatedAt);
}

/// <summary>Exchange of a ticket from the provider's way back for a session.</summary>
internal sealed record RedeemTicketRequest(string? Ticket);
