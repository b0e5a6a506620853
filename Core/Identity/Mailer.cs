using System.Threading.Channels;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MimeKit;

namespace ImageService.Core.Identity;

/// <summary>
/// Sends mail in the background, so that the time of an answer does not tell whether a mail was sent. Up to 1000 mails wait; three attempts each.
/// </summary>
public sealed class Mailer(IOptions<SmtpOptions> options, TimeProvider clock, ILogger<Mailer> logger) : BackgroundService
{
    private const int Attempts = 3;

    private readonly Channel<Mail> _waiting = Channel.CreateBounded<Mail>(new BoundedChannelOptions(1000) { SingleReader = true });

    /// <summary>Whether mail is sent at all.</summary>
    public bool IsConfigured => options.Value.IsConfigured;

    /// <summary>Puts a mail in line; false when mail is off or the line is full.</summary>
    public bool TrySend(Mail mail) => IsConfigured && _waiting.Writer.TryWrite(mail);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var mail in _waiting.Reader.ReadAllAsync(stoppingToken))
            await DeliverAsync(mail, stoppingToken);
    }

    private async Task DeliverAsync(Mail mail, CancellationToken ct)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                await SendOnceAsync(mail, ct);
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.MailFailed(logger, failure, mail.Subject, attempt);
                await Task.Delay(TimeSpan.FromSeconds(5 * attempt), clock, ct);
            }
        }
    }

    private async Task SendOnceAsync(Mail mail, CancellationToken ct)
    {
        using var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(options.Value.From));
        message.To.Add(new MailboxAddress(null, mail.To.Value));
        message.Subject = mail.Subject;
        message.Body = new TextPart("plain") { Text = mail.Text };
        using var client = new SmtpClient();
        await client.ConnectAsync(options.Value.Host!, options.Value.Port, SecurityOf(options.Value.Security), ct);
        if (options.Value.User is { Length: > 0 } user)
            await client.AuthenticateAsync(user, options.Value.Password ?? "", ct);
        await client.SendAsync(message, ct);
        await client.DisconnectAsync(quit: true, ct);
    }

    private static SecureSocketOptions SecurityOf(string security) => security switch
    {
        "tls" => SecureSocketOptions.SslOnConnect,
        "starttls" => SecureSocketOptions.StartTls,
        "none" => SecureSocketOptions.None,
        _ => SecureSocketOptions.Auto,
    };
}

/// <summary>A mail of plain text. It may hold a link with a secret: it is never logged.</summary>
public sealed record Mail(EmailAddress To, string Subject, string Text)
{
    /// <summary>Never the text.</summary>
    public override string ToString() => Subject;
}
