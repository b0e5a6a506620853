using ImageService.Core.Errors;

namespace ImageService.Core.Identity;

/// <summary>How people's requests are refused. A refused sign-in has one text, whatever was wrong.</summary>
public static class IdentityErrors
{
    public static readonly Error SignInRefused = new(
        ErrorCode.Unauthenticated, "The e-mail address, the password or the code is wrong, or the account is locked for a while after wrong attempts.");

    /// <summary>Only after the right password: the second factor is still missing.</summary>
    public static readonly Error SecondFactorNeeded = SignInRefused with
    {
        Detail = "Send the code of the authenticator app, or a recovery code, as totp.",
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["totpRequired"] = true },
    };

    public static readonly Error TokenRefused = new(ErrorCode.InvalidRequest, "The link is wrong, was used before or has expired. Ask for a new one.");

    public static readonly Error MailNotConfigured = new(
        ErrorCode.Conflict, "This installation sends no mail, so passwords are reset by an owner. Its operator can set Smtp:Host.");

    public static readonly Error WrongPassword = new(ErrorCode.Forbidden, "The present password is wrong.");

    public static readonly Error WrongCode = new(ErrorCode.InvalidRequest,
        "The code is wrong or was used before. Send the one the authenticator app shows now.");

    public static readonly Error SecondFactorIsSet = new(ErrorCode.Conflict, "A second factor is set already. Take it off first; that needs the password.");

    public static readonly Error InvalidEmail = new(ErrorCode.InvalidRequest, "email must be an address such as name@example.com, up to 254 characters.");

    public static readonly Error InvalidPassword = new(
        ErrorCode.InvalidRequest, "password must have 10 to 128 characters and may not be, or hold, the e-mail address or a common password.");

    public static Error OidcRefused(string why) => new(ErrorCode.Unauthenticated, "The identity provider's answer was refused: " + why);
}
