using ImageService.Core.Errors;
using ImageService.Core.Policies;

namespace ImageService.Core.Variants;

/// <summary>Why a readable URL gets no image.</summary>
public static class VariantErrors
{
    /// <summary>
    /// The same words for an asset that is missing, deleted, another tenant's or reached by the wrong kind of URL: its existence is not told.
    /// </summary>
    public static Error NotFound { get; } = new(ErrorCode.NotFound, "There is no such image.");

    public static Error NoSuchPreset(string slug) => new(ErrorCode.NotFound, $"There is no preset \"{slug}\" in this space.");

    public static Error NoSuchOverlay(string slug) => new(ErrorCode.NotFound, $"There is no overlay \"{slug}\" in this space.");

    public static Error NoOverlayPicture(string overlay, string asset, int version) => new(
        ErrorCode.NotFound,
        $"The overlay \"{overlay}\" shows version {version} of the asset {asset}, which is not there any more. Give the overlay another picture.");

    public static Error NoOverlayFont(string overlay, string font) => new(
        ErrorCode.NotFound, $"The overlay \"{overlay}\" is written in the font \"{font}\", which is not there any more. Give the overlay another font.");

    /// <summary>Rather no image than one without its watermark.</summary>
    public static Error NoWatermark(string overlay) => new(
        ErrorCode.PolicyForbids, $"Images here carry the overlay \"{overlay}\" as a watermark, and there is no such overlay. Make it, or change the policy.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["policy"] = "watermark" },
    };

    public static Error BudgetExceeded(int budget) => new(
        ErrorCode.VariantBudgetExceeded,
        $"This version of the asset has its {budget} variants already (policy variant_budget). Variants made before are still served; use one of their sizes.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["policy"] = PolicyCatalog.VariantBudget },
    };

    public static Error OriginalGone { get; } = new(
        ErrorCode.StorageUnavailable, "The original of this image cannot be read at the moment.")
    { RetryAfter = TimeSpan.FromSeconds(5) };

    public static Error NoDisk { get; } = new(
        ErrorCode.Overloaded, "This machine has no room for a copy of the original at the moment.")
    { RetryAfter = TimeSpan.FromSeconds(30) };

    public static Error TooSlow { get; } = new(
        ErrorCode.TransformTimedOut, "The image could not be made in time. Try again, or ask for a smaller size or another format.")
    { RetryAfter = TimeSpan.FromSeconds(5) };
}
