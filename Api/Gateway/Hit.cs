using System.Globalization;
using ImageService.Core.Signing;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>A request whose meaning memory knows.</summary>
internal readonly record struct Hit
{
    /// <summary>Whose image.</summary>
    public required SpaceScope Space { get; init; }

    /// <summary>As asked for.</summary>
    public required UrlOperations File { get; init; }

    /// <summary>The variant.</summary>
    public required VariantDescription Description { get; init; }

    /// <summary>By its signature.</summary>
    public required UrlTrust Trust { get; init; }

    /// <summary>The signature that was recalled; null where none is asked for.</summary>
    public required VerifiedSignature? Signature { get; init; }
}

/// <summary><c>Server-Timing</c> of a hit in memory, in steps of 10 µs: the texts are made once.</summary>
internal static class HitTiming
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 100).Select(static step => Text(step / 100.0))];

    public static string Of(TimeSpan elapsed) =>
        (int)(elapsed.TotalMicroseconds / 10) is var step && step < Texts.Length ? Texts[step] : Text(elapsed.TotalMilliseconds);

    private static string Text(double milliseconds) => string.Create(
        CultureInfo.InvariantCulture, $"resolve;dur={milliseconds:0.##}, cache;desc=memory;dur=0, total;dur={milliseconds:0.##}");
}
