using System.Diagnostics.CodeAnalysis;
using System.Net.Mail;

namespace ImageService.Core.Identity;

/// <summary>A person's e-mail address in the one form it is stored and compared in: lower case, at most 254 characters.</summary>
public readonly record struct EmailAddress
{
    private EmailAddress(string value) => Value = value;

    public string Value { get; }

    /// <summary>What stands after the @.</summary>
    public string Domain => Value[(Value.LastIndexOf('@') + 1)..];

    public static bool TryParse([NotNullWhen(true)] string? text, out EmailAddress email)
    {
        email = default;
        var trimmed = text?.Trim();
        if (trimmed is not { Length: >= 3 and <= 254 } || !MailAddress.TryCreate(trimmed, out var parsed) || parsed.Address != trimmed)
            return false;
        email = new EmailAddress(trimmed.ToLowerInvariant());
        return true;
    }

    public override string ToString() => Value;
}
