using ImageService.Core.Registry;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>Says how long an image may be kept by whom. Pure.</summary>
internal static class CacheControl
{
    private const long Immutable = 31_536_000;
    private const string ForEver = "public, max-age=31536000, immutable";
    private const long WhileOpen = 60;

    // The worker measures seconds after an upload; this long where many came at once.
    private static readonly TimeSpan LongestMeasured = TimeSpan.FromMinutes(10);
    private const string ForNow = "public, max-age=60, stale-while-revalidate=60";

    /// <summary>
    /// Public images are immutable, unless the URL names a preset or overlay, carries a watermark, follows the focal point or names the picture by an old
    /// name, whose bytes may change, or the policy wants a shorter age: then the age comes with as long a time to
    /// serve the old image while the new one is fetched. What a URL left open is kept for a minute until it is measured. Private images are for the browser
    /// alone and never outlive their signature.
    /// </summary>
    public static string For(VariantDescription variant, UrlTrust trust, TimeProvider time)
    {
        var policy = variant.Space.Policy;
        var mayChange = variant.MayChange || trust.IsByName;
        var age = (long)(mayChange && policy.PresetCacheMaxAge < policy.CacheMaxAge ? policy.PresetCacheMaxAge : policy.CacheMaxAge).TotalSeconds;
        var isOpen = variant.LacksMeasurement && age > WhileOpen && time.GetUtcNow() < variant.Asset.UploadedAt + LongestMeasured;
        age = isOpen ? WhileOpen : age;
        if (variant.Asset.Access == AssetAccess.Private)
        {
            var life = (long)(trust.Life ?? policy.SignedUrlTtlDefault).TotalSeconds;
            return $"private, max-age={Math.Max(0, Math.Min(age, life))}";
        }

        if (age >= Immutable && !mayChange)
            return ForEver;
        if (isOpen)
            return ForNow;
        return $"public, max-age={age}, stale-while-revalidate={age}";
    }
}
