using Microsoft.Extensions.Logging;

namespace ImageService.Core.Identity;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A mail ({Subject}) could not be sent, attempt {Attempt} of 3. Look at the Smtp settings")]
    public static partial void MailFailed(ILogger logger, Exception exception, string subject, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} signed in")]
    public static partial void SignedIn(ILogger logger, Guid userId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in was refused for user {UserId}: {Failures} wrong attempts in a row")]
    public static partial void SignInRefused(ILogger logger, Guid userId, int failures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An OpenID Connect sign-in of organization {OrganizationId} was refused")]
    public static partial void OidcRefused(ILogger logger, Exception? exception, Guid organizationId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The first administrator and organization {Slug} are there")]
    public static partial void FirstAdministratorReady(ILogger logger, string slug);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The first administrator could not be made yet; trying again")]
    public static partial void FirstAdministratorDelayed(ILogger logger, Exception exception);
}
