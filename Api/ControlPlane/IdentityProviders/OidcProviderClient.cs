using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageService.Core.Errors;
using ImageService.Core.Identity;
using ImageService.Core.Outbound;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ImageService.Api.ControlPlane.IdentityProviders;

/// <summary>
/// Talks to organizations' OpenID Connect providers (OpenID Connect Core 1.0, code flow). Their URLs are named by tenants, so every request goes through the
/// guarded client: public addresses only, no redirects, bounded in size and time.
/// </summary>
internal sealed class OidcProviderClient(GuardedHttpClient http, SecretProtector protector)
{
    private const int MaxAnswerBytes = 512 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384,
    ];

    private readonly ConcurrentDictionary<string, ConfigurationManager<OpenIdConnectConfiguration>> _configurations = new(StringComparer.Ordinal);

    /// <summary>The provider's description; null when it cannot be read or names another issuer.</summary>
    public async Task<OpenIdConnectConfiguration?> DescribeAsync(IdentityProvider provider, CancellationToken ct)
    {
        var authority = provider.Authority.TrimEnd('/');
        var manager = _configurations.GetOrAdd(authority, address => new ConfigurationManager<OpenIdConnectConfiguration>(
            address + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new GuardedRetriever(this)));
        try
        {
            var configuration = await manager.GetConfigurationAsync(ct);
            return configuration.Issuer?.TrimEnd('/') == authority ? configuration : null;
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException)
        {
            return null;
        }
    }

    /// <summary>Exchanges a code for the verified claims of its ID token.</summary>
    public async Task<Result<ClaimsIdentity>> RedeemAsync(
        IdentityProvider provider, OpenIdConnectConfiguration configuration, OidcState state, string code, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, configuration.TokenEndpoint)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "authorization_code",
                ["code"] = code,
                ["redirect_uri"] = state.RedirectUri,
                ["client_id"] = provider.ClientId,
                ["client_secret"] = Encoding.UTF8.GetString(protector.Unprotect(provider.ProtectedClientSecret, ContextOf(provider))),
                ["code_verifier"] = state.CodeVerifier,
            }),
        };
        var answer = await SendAsync(request, ct);
        if (!answer.TryGet(out var text, out _))
            return IdentityErrors.OidcRefused("its token endpoint did not accept the code.");
        return ReadIdToken(text) is not { } token
            ? IdentityErrors.OidcRefused("it sent no ID token.") : await ValidateAsync(provider, configuration, state, token);
    }

    /// <summary>What a provider's client secret is sealed for.</summary>
    public static string ContextOf(IdentityProvider provider) => $"identity-provider:{provider.Id}";

    private static string? ReadIdToken(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<TokenAnswer>(text)?.IdToken;
        }
        catch (JsonException)
        {
            // The provider may send anything.
            return null;
        }
    }

    private static async Task<Result<ClaimsIdentity>> ValidateAsync(IdentityProvider provider, OpenIdConnectConfiguration configuration, OidcState state,
        string token)
    {
        var validated = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = configuration.Issuer,
            ValidAudience = provider.ClientId,
            IssuerSigningKeys = configuration.SigningKeys,
            ValidAlgorithms = Algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromMinutes(1),
        });
        if (!validated.IsValid)
            return IdentityErrors.OidcRefused("its ID token is not valid.");
        return validated.ClaimsIdentity.FindFirst("nonce")?.Value == state.Nonce
            ? validated.ClaimsIdentity
            : IdentityErrors.OidcRefused("its ID token belongs to another sign-in.");
    }

    private async Task<Result<string>> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(Patience);
        var sent = await http.SendAsync(request, limited.Token);
        if (!sent.TryGet(out var response, out var error))
            return error;
        using (response)
        {
            if (!response.IsSuccessStatusCode)
                return IdentityErrors.OidcRefused($"it answered {(int)response.StatusCode}.");
            await using var body = await response.Content.ReadAsStreamAsync(limited.Token);
            var buffer = new byte[MaxAnswerBytes + 1];
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, limited.Token);
            return length <= MaxAnswerBytes ? Encoding.UTF8.GetString(buffer, 0, length) : IdentityErrors.OidcRefused("its answer is too large.");
        }
    }

    /// <summary>Reads discovery and key documents through the guarded client.</summary>
    private sealed class GuardedRetriever(OidcProviderClient client) : IDocumentRetriever
    {
        public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            var answer = await client.SendAsync(request, cancel);
            return answer.TryGet(out var text, out var error) ? text : throw new IOException(error.Detail);
        }
    }

    private sealed record TokenAnswer([property: JsonPropertyName("id_token")] string? IdToken);
}
