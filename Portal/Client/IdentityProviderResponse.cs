namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record IdentityProviderResponse
{
    public required string Authority { get; init; }

    public required string ClientId { get; init; }

    public required string? DefaultRole { get; init; }

    public required IReadOnlyList<string> AllowedDomains { get; init; }

    public required string SignInPath { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record SetIdentityProviderRequest
{
    public required string Authority { get; init; }

    public required string ClientId { get; init; }

    public required string? ClientSecret { get; init; }

    public required string? DefaultRole { get; init; }

    public required IReadOnlyList<string> AllowedDomains { get; init; }

    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(SetIdentityProviderRequest);
}
