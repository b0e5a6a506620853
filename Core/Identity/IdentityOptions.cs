using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Identity;

/// <summary>People's accounts, sessions and invitations. Section <c>Identity</c>.</summary>
public sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>Cost of PBKDF2-HMAC-SHA512. Default 220000; raising it re-hashes each password at its next sign-in.</summary>
    [Range(210_000, 10_000_000, ErrorMessage = "Identity:PasswordIterations must be from 210000 (the recommended least cost) to 10000000.")]
    public int PasswordIterations { get; set; } = 220_000;

    /// <summary>A session ends when it was not used for so long. Default 12 hours.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00", ErrorMessage = "Identity:SessionIdle must be from 5 minutes to 30 days, such as 12:00:00.")]
    public TimeSpan SessionIdle { get; set; } = TimeSpan.FromHours(12);

    /// <summary>A session ends so long after sign-in at the latest. Default 14 days.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "90.00:00:00", ErrorMessage = "Identity:SessionLifetime must be from 5 minutes to 90 days, such as 14.00:00:00.")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long an invitation may be accepted. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "90.00:00:00", ErrorMessage = "Identity:InvitationLifetime must be from 10 minutes to 90 days.")]
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a password reset link works. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00", ErrorMessage = "Identity:PasswordResetLifetime must be from 5 minutes to 1 day.")]
    public TimeSpan PasswordResetLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Wrong sign-ins before the account is locked for a while. Default 5.</summary>
    [Range(3, 100, ErrorMessage = "Identity:FailuresBeforeLock must be from 3 to 100.")]
    public int FailuresBeforeLock { get; set; } = 5;
}
