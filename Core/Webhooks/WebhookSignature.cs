using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Webhooks;

/// <summary>
/// The header by which a receiver knows that a delivery is ours and fresh: <c>t=1700000000,v1=5257a8…</c>, where <c>v1</c> is the lower-case hex
/// HMAC-SHA256 of <c>{t}.{body}</c> under the webhook's secret. A receiver checks <c>v1</c> in constant time and refuses a <c>t</c> older than a few minutes.
/// </summary>
public static class WebhookSignature
{
    public const string Header = "X-ImageService-Signature";

    public static string Sign(ReadOnlySpan<byte> secret, string body, DateTimeOffset at)
    {
        var seconds = at.ToUnixTimeSeconds();
        return $"t={seconds},v1={Convert.ToHexStringLower(Mac(secret, body, seconds))}";
    }

    /// <summary>What a receiver does; constant time in the signature.</summary>
    /// <param name="secret">The webhook's secret.</param>
    /// <param name="body">The body exactly as received.</param>
    /// <param name="header">Value of the header.</param>
    /// <param name="now">The receiver's time.</param>
    /// <param name="tolerance">How far <c>t</c> may be off.</param>
    public static bool Verify(ReadOnlySpan<byte> secret, string body, string header, DateTimeOffset now, TimeSpan tolerance)
    {
        long? seconds = null;
        Span<byte> given = stackalloc byte[32];
        var hasMac = false;
        foreach (var part in header.Split(','))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal)
                && long.TryParse(part.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var t)) seconds = t;
            if (part.Length == 67 && part.StartsWith("v1=", StringComparison.Ordinal))
                hasMac = Convert.FromHexString(part.AsSpan(3), given, out _, out _) is System.Buffers.OperationStatus.Done;
        }

        return seconds is { } time && hasMac
            && Math.Abs(now.ToUnixTimeSeconds() - time) <= tolerance.TotalSeconds
            && CryptographicOperations.FixedTimeEquals(given, Mac(secret, body, time));
    }

    private static byte[] Mac(ReadOnlySpan<byte> secret, string body, long seconds) =>
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{seconds}.{body}"));
}
