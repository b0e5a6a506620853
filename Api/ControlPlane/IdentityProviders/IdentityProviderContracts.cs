using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.IdentityProviders;

/// <summary>The organization's OpenID Connect provider.</summary>
internal sealed record SetIdentityProviderRequest
{
    /// <summary>Issuer URL, https; <c>{authority}/.well-known/openid-configuration</c> is read.</summary>
    public string? Authority { get; init; }

    /// <summary>As registered there. Register the redirect URI <c>{api}/v1/sessions/oidc/callback</c>.</summary>
    public string? ClientId { get; init; }

    /// <summary>As registered there; left out, the one before stays.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Role of people who come for the first time: admin, editor or viewer; left out: only those who were invited come in.</summary>
    public Role? DefaultRole { get; init; }

    /// <summary>E-mail domains that may come in; empty: any the provider vouches for.</summary>
    public string[]? AllowedDomains { get; init; }

    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(SetIdentityProviderRequest);
}

/// <summary>The organization's OpenID Connect provider, without its secret.</summary>
internal sealed record IdentityProviderResponse
{
    public required string Authority { get; init; }

    public required string ClientId { get; init; }

    public required Role? DefaultRole { get; init; }

    public required string[] AllowedDomains { get; init; }

    public required string SignInPath { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static IdentityProviderResponse Of(IdentityProvider provider, string organization) => new()
    {
        Authority = provider.Authority,
        ClientId = provider.ClientId,
        DefaultRole = provider.DefaultRole,
        AllowedDomains = provider.AllowedDomains,
        SignInPath = $"/v1/organizations/{organization}/sign-in",
        CreatedAt = provider.CreatedAt,
        UpdatedAt = provider.UpdatedAt,
    };
}

/// <summary>Exchange of a ticket from the provider's way back for a session.</summary>
internal sealed record RedeemTicketRequest(string? Ticket);
