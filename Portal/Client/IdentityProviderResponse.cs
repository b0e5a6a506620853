namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record IdentityProviderResponse(string Authority, string ClientId, string? DefaultRole, IReadOnlyList<string> AllowedDomains, string SignInPath,
    DateTimeOffset UpdatedAt);

public sealed record SetIdentityProviderRequest(string Authority, string ClientId, string? ClientSecret, string? DefaultRole,
    IReadOnlyList<string> AllowedDomains)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(SetIdentityProviderRequest);
}
