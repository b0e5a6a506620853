namespace ImageService.Portal.Authentication;

/// <summary>Requests about the session that are no pages.</summary>
internal static class AuthenticationEndpoints
{
    public static void MapAuthentication(this IEndpointRouteBuilder routes) => routes.MapPost("/sign-out", SignOut).RequireAuthorization();

    private static async Task<IResult> SignOut(HttpContext http, SignInService signIn, Microsoft.AspNetCore.Antiforgery.IAntiforgery antiforgery,
        CancellationToken ct)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        await signIn.SignOutAsync(http, ct);
        return Results.LocalRedirect("/sign-in?signedOut=true");
    }
}
