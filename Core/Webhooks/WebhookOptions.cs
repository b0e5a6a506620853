using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Webhooks;

/// <summary>Settings of webhook deliveries.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Longest wait for an endpoint's answer. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ErrorMessage = "Webhooks:Timeout must be from 00:00:00.1 to 00:01:00.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Delay after the first failed attempt; each further one is three times longer. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00", ErrorMessage = "Webhooks:FirstRetry must be from 00:00:00.01 to 01:00:00.")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The delay never grows beyond this. Default 6 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Webhooks:MaxRetryDelay must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromHours(6);

    /// <summary>A delivery older than this is given up. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00", ErrorMessage = "Webhooks:GiveUpAfter must be from 00:00:01 to 7.00:00:00.")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>A webhook that took nothing for so long is switched off. Default 5 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "90.00:00:00", ErrorMessage = "Webhooks:DisableAfter must be from 00:00:01 to 90.00:00:00.")]
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(5);

    /// <summary>How long settled deliveries stay in the log. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00", ErrorMessage = "Webhooks:LogRetention must be from 01:00:00 to 365.00:00:00.")]
    public TimeSpan LogRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>When the attempt that follows a failed one is made; null gives the delivery up.</summary>
    /// <param name="attempts">Attempts made so far, 1 or more.</param>
    /// <param name="createdAt">When the event happened.</param>
    /// <param name="now">When the attempt failed.</param>
    public DateTimeOffset? NextAttempt(int attempts, DateTimeOffset createdAt, DateTimeOffset now)
    {
        var factor = Math.Pow(3, Math.Clamp(attempts - 1, 0, 30));
        var next = now + TimeSpan.FromTicks((long)Math.Min(FirstRetry.Ticks * factor, MaxRetryDelay.Ticks));
        return next - createdAt > GiveUpAfter ? null : next;
    }
}
