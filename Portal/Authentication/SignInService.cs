using System.Security.Claims;
using System.Text.Json;
using ImageService.Portal.Client;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace ImageService.Portal.Authentication;

/// <summary>Signs people in and out: asks the Api, and keeps its token in the encrypted cookie.</summary>
internal sealed class SignInService(ImageServiceClient client, PortalSession session, IDataProtectionProvider protection, TimeProvider time)
{
    private static readonly TimeSpan SecondStepTime = TimeSpan.FromMinutes(5);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("ImageService.Portal.SecondStep").ToTimeLimitedDataProtector();

    /// <summary>Signs in and sets the cookie.</summary>
    public async Task<SignInOutcome> SignInAsync(HttpContext http, string email, string password, string? code, CancellationToken ct)
    {
        session.Use(new ClaimsPrincipal(new ClaimsIdentity()));
        var answer = await client.SignInAsync(new SignInRequest(email, password, code), ct);
        if (!answer.IsSuccess)
        {
            return answer.Problem.TotpRequired
                ? new SignInOutcome(null, _protector.Protect(JsonSerializer.Serialize(new[] { email, password }), SecondStepTime))
                : new SignInOutcome(answer.Problem, null);
        }

        await KeepAsync(http, answer.Value);
        return new SignInOutcome(null, null);
    }

    /// <summary>Signs in with the ticket that an organization's identity provider led to.</summary>
    /// <returns>Null, or why not.</returns>
    public async Task<ApiProblem?> RedeemTicketAsync(HttpContext http, string ticket, CancellationToken ct)
    {
        session.Use(new ClaimsPrincipal(new ClaimsIdentity()));
        var answer = await client.RedeemTicketAsync(new RedeemTicketRequest(ticket), ct);
        if (answer.Value is { } begun)
            await KeepAsync(http, begun);
        return answer.Problem;
    }

    /// <summary>What an invitation is to; or why it does not hold.</summary>
    public Task<ApiAnswer<OpenInvitation>> ShowInvitationAsync(HttpContext http, string token, CancellationToken ct)
    {
        session.Use(http.User);
        return client.ShowInvitationAsync(new ShowInvitationRequest(token), ct);
    }

    /// <summary>Accepts an invitation: makes the account and signs it in, or joins the account that is signed in.</summary>
    /// <returns>Null, or why not.</returns>
    public async Task<ApiProblem?> AcceptInvitationAsync(HttpContext http, string token, string? name, string? password, CancellationToken ct)
    {
        session.Use(http.User);
        var answer = await client.AcceptInvitationAsync(new AcceptInvitationRequest(token, name, password), ct);
        if (answer.Value is { } begun)
            await KeepAsync(http, begun);
        return answer.Problem;
    }

    /// <summary>
    /// Opens what the first step sealed, so that the password need not be typed again with the code; null where it is too old or was changed.
    /// </summary>
    public (string Email, string Password)? OpenSecondStep(string? ticket)
    {
        try
        {
            return ticket is not null && JsonSerializer.Deserialize<string[]>(_protector.Unprotect(ticket)) is [var email, var password]
                ? (email, password) : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Ends the session at the Api and removes the cookie; the cookie goes even where the Api does not answer.</summary>
    public async Task SignOutAsync(HttpContext http, CancellationToken ct)
    {
        session.Use(http.User);
        await client.SignOutAsync(ct);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
    }

    /// <summary>Puts the session's token into the cookie, with the name of whom it is of.</summary>
    private async Task KeepAsync(HttpContext http, SessionTokenResponse begun)
    {
        session.Use(Principal(begun.Token, name: ""));
        var me = await client.GetMeAsync(http.RequestAborted);
        await http.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme,
            Principal(begun.Token, me.Value?.Email ?? ""),
            new AuthenticationProperties { IsPersistent = true, IssuedUtc = time.GetUtcNow(), ExpiresUtc = begun.ExpiresAt });
    }

    private static ClaimsPrincipal Principal(string token, string name) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(PortalSession.TokenClaim, token)],
            CookieAuthenticationDefaults.AuthenticationScheme));
}

/// <summary>What came of a sign-in.</summary>
/// <param name="Problem">Why it was refused; null on success and where a second step is needed.</param>
/// <param name="SecondStep">Sealed ticket of the first step, where the code is still missing.</param>
internal sealed record SignInOutcome(ApiProblem? Problem, string? SecondStep)
{
    public bool IsSuccess => Problem is null && SecondStep is null;
}
