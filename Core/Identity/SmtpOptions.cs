using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Identity;

/// <summary>The mail server for invitations and password resets. Without <see cref="Host"/> no mail is sent. Section <c>Smtp</c>.</summary>
public sealed class SmtpOptions
{
    public const string Section = "Smtp";

    public string? Host { get; set; }

    [Range(1, 65535, ErrorMessage = "Smtp:Port must be from 1 to 65535; 587 is submission with STARTTLS, 465 with implicit TLS.")]
    public int Port { get; set; } = 587;

    /// <summary><c>auto</c>, <c>starttls</c>, <c>tls</c> or <c>none</c> (a relay on a trusted network). Default <c>starttls</c>.</summary>
    [RegularExpression("^(auto|starttls|tls|none)$", ErrorMessage = "Smtp:Security must be auto, starttls, tls or none.")]
    public string Security { get; set; } = "starttls";

    public string? User { get; set; }

    public string? Password { get; set; }

    [EmailAddress(ErrorMessage = "Smtp:From must be an e-mail address, such as images@example.com.")]
    public string From { get; set; } = "imageservice@localhost";

    public bool IsConfigured => !string.IsNullOrWhiteSpace(Host);

    /// <summary>Never the password.</summary>
    public override string ToString() => $"{Host}:{Port} ({Security})";
}
