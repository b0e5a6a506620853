using ImageService.Core.Registry;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>Says how long an image may be kept by whom. Pure.</summary>
internal static class CacheControl
{
    private const long Immutable = 31_536_000;
    private const string ForEver = "public, max-age=31536000, immutable";

    /// <summary>
    /// Public images are immutable, unless the URL names a preset or overlay, carries a watermark, follows the focal point or names the picture by an old
    /// name, whose bytes may change, or the policy wants a shorter age: then the age comes with as long a time to
    /// serve the old image while the new one is fetched. Private images are for the browser alone and never outlive their signature.
    /// </summary>
    public static string For(VariantDescription variant, UrlTrust trust)
    {
        var policy = variant.Space.Policy;
        var mayChange = variant.MayChange || trust.IsByName;
        var age = (long)(mayChange && policy.PresetCacheMaxAge < policy.CacheMaxAge ? policy.PresetCacheMaxAge : policy.CacheMaxAge).TotalSeconds;
        if (variant.Asset.Access == AssetAccess.Private)
        {
            var life = (long)(trust.Life ?? policy.SignedUrlTtlDefault).TotalSeconds;
            return $"private, max-age={Math.Max(0, Math.Min(age, life))}";
        }

        if (age >= Immutable && !mayChange)
            return ForEver;
        return $"public, max-age={age}, stale-while-revalidate={age}";
    }
}
