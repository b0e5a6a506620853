using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageService.Core.Secrets;

namespace ImageService.Api.ControlPlane.IdentityProviders;

/// <summary>
/// What a sign-in that went to a provider must come back with. It travels sealed in <c>state</c>, and is bound to the browser by a cookie whose hash it holds:
/// a way back that another browser began is refused (login CSRF).
/// </summary>
internal sealed record OidcState
{
    public required Guid OrganizationId { get; init; }

    public required string Nonce { get; init; }

    public required string CodeVerifier { get; init; }

    public required string BindingHash { get; init; }

    public required string RedirectUri { get; init; }

    public required long ExpiresUnixSeconds { get; init; }

    private const string Context = "oidc-state";

    /// <summary>A new state, and the cookie's value.</summary>
    public static (OidcState State, string Binding) New(Guid organizationId, string redirectUri, DateTimeOffset expires)
    {
        var binding = Random();
        var state = new OidcState
        {
            OrganizationId = organizationId,
            Nonce = Random(),
            CodeVerifier = Random(),
            BindingHash = HashOf(binding),
            RedirectUri = redirectUri,
            ExpiresUnixSeconds = expires.ToUnixTimeSeconds(),
        };
        return (state, binding);
    }

    /// <summary>RFC 7636, S256.</summary>
    public string CodeChallenge => HashOf(CodeVerifier);

    public string Seal(SecretProtector protector) => Base64Url.EncodeToString(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(this), Context));

    /// <summary>Null for a text that is not ours, was not begun in this browser, or is too old.</summary>
    public static OidcState? Open(string? text, string? binding, SecretProtector protector, DateTimeOffset now)
    {
        if (text is not { Length: > 0 and < 4000 } || binding is null || !Base64Url.IsValid(text))
            return null;
        try
        {
            var state = JsonSerializer.Deserialize<OidcState>(protector.Unprotect(Base64Url.DecodeFromChars(text), Context));
            return state is not null && state.ExpiresUnixSeconds > now.ToUnixTimeSeconds()
                && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(state.BindingHash), Encoding.ASCII.GetBytes(HashOf(binding)))
                ? state
                : null;
        }
        catch (CryptographicException)
        {
            // Anybody can send a state that was never sealed here.
            return null;
        }
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static string HashOf(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
}
