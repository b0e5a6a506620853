using System.Collections.Frozen;

namespace ImageService.Core.Identity;

/// <summary>
/// What a password must be (NIST SP 800-63B section 3.1.1): long, not guessable from the account, not among the most used. No rules on kinds of characters.
/// </summary>
public static class PasswordRules
{
    public const int MinLength = 10;
    public const int MaxLength = 128;

    private static readonly FrozenSet<string> MostUsed = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "1234567890", "0123456789", "12345678910", "qwertyuiop", "password12", "password123", "password1234", "passwordpassword", "1q2w3e4r5t", "1q2w3e4r5t6y",
        "iloveyou12", "administrator", "letmein1234", "welcome1234", "changeme123", "qwerty12345", "qwerty123456", "abcdefghij", "abc1234567", "1111111111",
        "0000000000", "9876543210", "asdfghjkl1", "zaq12wsxcde3", "imageservice");

    public static bool Accept(string? password, EmailAddress email) =>
        password is { Length: >= MinLength and <= MaxLength }
        && !MostUsed.Contains(password)
        && !password.Contains(email.Value, StringComparison.OrdinalIgnoreCase)
        && password.Distinct().Count() >= 4;
}
