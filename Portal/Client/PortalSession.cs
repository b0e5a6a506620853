using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;

namespace ImageService.Portal.Client;

/// <summary>
/// The session token of the person a page or request belongs to. It lives in the encrypted sign-in cookie and in this server's memory; a browser's script
/// never sees it.
/// </summary>
internal sealed class PortalSession(AuthenticationStateProvider authentication)
{
    public const string TokenClaim = "imageservice:token";

    private ClaimsPrincipal? _user;

    /// <summary>Speaks for this person: for plain requests, where components have no authentication state.</summary>
    public void Use(ClaimsPrincipal user) => _user = user;

    /// <summary>Null where nobody is signed in.</summary>
    public async ValueTask<string?> GetTokenAsync()
    {
        var user = _user ?? (await authentication.GetAuthenticationStateAsync()).User;
        return user.FindFirstValue(TokenClaim);
    }
}
