using System.Globalization;
using ImageService.Core.Signing;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>A request whose meaning memory knows.</summary>
/// <param name="Space">Whose image.</param>
/// <param name="File">As asked for.</param>
/// <param name="Description">The variant.</param>
/// <param name="Trust">By its signature.</param>
/// <param name="Signature">The signature that was recalled; null where none is asked for.</param>
internal readonly record struct Hit(SpaceScope Space, UrlOperations File, VariantDescription Description, UrlTrust Trust, VerifiedSignature? Signature);

/// <summary><c>Server-Timing</c> of a hit in memory, in steps of 10 µs: the texts are made once.</summary>
internal static class HitTiming
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 100).Select(static step => Text(step / 100.0))];

    public static string Of(TimeSpan elapsed) =>
        (int)(elapsed.TotalMicroseconds / 10) is var step && step < Texts.Length ? Texts[step] : Text(elapsed.TotalMilliseconds);

    private static string Text(double milliseconds) => string.Create(
        CultureInfo.InvariantCulture, $"resolve;dur={milliseconds:0.##}, cache;desc=memory;dur=0, total;dur={milliseconds:0.##}");
}
