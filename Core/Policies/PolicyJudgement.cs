using ImageService.Core.Errors;
using ImageService.Core.Operations;

namespace ImageService.Core.Policies;

/// <summary>Whether a policy allows what a URL asks for, and what it makes of it. Pure.</summary>
public static class PolicyJudgement
{
    /// <summary>Judges a URL's operations: the sides as asked for, then what device pixels and ladder make of them.</summary>
    /// <param name="policy">In force at the space.</param>
    /// <param name="written">The operations as the URL has them.</param>
    /// <param name="merged">The same with the preset's operations beneath.</param>
    /// <param name="source">The original: a height alone is judged by the width it leads to.</param>
    /// <param name="isSigned">Whether the URL carried a valid signature.</param>
    /// <param name="isForAsset">Whether that signature opens every size: sizes of the URL must then be steps of the ladder.</param>
    /// <returns>What to make, or <see cref="ErrorCode.PolicyForbids"/>.</returns>
    public static Result<PolicyVerdict> Judge(
        this EffectivePolicy policy, ImageOperations written, ImageOperations merged, SourceFacts source, bool isSigned, bool isForAsset = false)
    {
        if ((JudgeMode(policy, written, isSigned) ?? JudgeTexts(policy, written, isSigned)) is { } refused)
            return refused;
        if (merged.Original)
        {
            return policy.OriginalDelivery is OriginalDelivery.Off
                ? Forbidden(PolicyCatalog.OriginalDelivery, "Originals are not delivered here.")
                : JudgeFormat(policy, merged) ?? (Result<PolicyVerdict>)new PolicyVerdict(merged, null);
        }

        if (JudgeSides(policy, merged) is { } tooLarge)
            return tooLarge;

        // The ladder is against made-up sizes in URLs; a preset's own size was chosen by the owner.
        var scaled = merged.InDevicePixels(policy.MaxOutputWidth, policy.MaxOutputHeight);
        if (isForAsset && JudgeStep(policy, written, scaled, source) is { } offLadder)
            return offLadder;
        var verdict = policy.WidthLadder.Count > 0 && SaysSize(written, merged) ? Snap(policy, scaled, source) : new PolicyVerdict(scaled, null);
        var error = JudgePixels(policy, verdict.Operations) ?? JudgeFormat(policy, merged);
        return error is null ? verdict : error;
    }

    /// <summary>Who signed once for all sizes did not choose this one: it is a step of the ladder, or the preset's own.</summary>
    private static Error? JudgeStep(EffectivePolicy policy, ImageOperations written, ImageOperations scaled, SourceFacts source)
    {
        if (policy.WidthLadder.Count == 0 || (written.Preset is not null && written is { Width: null, Height: null, Dpr: null }))
            return null;
        var width = scaled.Width ?? (scaled.Height is { } height ? scaled.WidthOf(height, source) : source.Drawing?.Width ?? source.Width);
        return policy.WidthLadder.Contains(width)
            ? null
            : Forbidden(PolicyCatalog.WidthLadder, $"A signature for the asset opens the widths {string.Join(", ", policy.WidthLadder)} here, not {width}.");
    }

    private static bool SaysSize(ImageOperations written, ImageOperations merged) =>
        written.Width is not null || (written.Height is not null && merged.Width is null)
        || (written.Dpr is not null && (merged.Width ?? merged.Height) is not null);

    /// <summary>Whether <c>original</c>, in the original's own format, is delivered byte for byte as it was uploaded.</summary>
    /// <param name="policy">In force at the space.</param>
    /// <param name="own">The original's format as one of output; null where there is none, and it is always converted.</param>
    /// <param name="width">Of the original, px: a watermark would need another picture.</param>
    public static bool DeliversExactly(this EffectivePolicy policy, ImageFormat? own, int width) =>
        policy.OriginalDelivery is OriginalDelivery.Exact && own is { } format && policy.AllowedOutputFormats.Contains(format)
        && !(policy.Watermark is { } mark && width >= mark.MinWidth);

    /// <summary>Whether images may be delivered in a format.</summary>
    /// <returns>Null, or <see cref="ErrorCode.PolicyForbids"/>.</returns>
    public static Error? JudgeOutput(this EffectivePolicy policy, ImageFormat format) =>
        policy.AllowedOutputFormats.Contains(format)
            ? null
            : Forbidden(PolicyCatalog.AllowedOutputFormats,
                $"The format '{format.Name()}' is not allowed here; allowed are {string.Join(", ", policy.AllowedOutputFormats.Select(f => f.Name()).Order(StringComparer.Ordinal))}.");

    /// <summary>A drawing has no pixels that would bound a side nobody asked for: the policy's largest output does.</summary>
    /// <param name="policy">In force at the space.</param>
    /// <param name="operations">As judged.</param>
    /// <param name="width">What they draw, px, without the space around it.</param>
    /// <param name="height">px.</param>
    /// <returns>Operations for the largest that is allowed, in the same shape; null where it is allowed as it is.</returns>
    public static ImageOperations? Within(this EffectivePolicy policy, ImageOperations operations, int width, int height)
    {
        var scale = Math.Min(
            Math.Min((double)policy.MaxOutputWidth / width, (double)policy.MaxOutputHeight / height),
            Math.Sqrt((double)policy.MaxOutputPixels / ((double)width * height)));
        return scale >= 1 ? null : operations with
        {
            Original = false,
            Width = Math.Max(1, (int)(width * scale)),
            Height = Math.Max(1, (int)(height * scale)),
            Fit = operations.AspectRatio is null ? Fit.Inside : operations.Fit,
            AspectRatio = null,
            Dpr = null,
        };
    }

    private static Error? JudgeMode(EffectivePolicy policy, ImageOperations written, bool isSigned) => policy.TransformMode switch
    {
        TransformMode.PresetsOnly when !IsBounded(written) =>
            Forbidden(PolicyCatalog.TransformMode, "Only presets are allowed here: 'preset_{slug}' without further operations except 'fmt', or 'original'."),
        TransformMode.SignedOnly when !isSigned && !IsBounded(written) =>
            Forbidden(PolicyCatalog.TransformMode, "Operations need a signed URL here; without one only 'preset_{slug}' or 'original' is allowed."),
        _ => null,
    };

    /// <summary>Strangers do not write on a brand's pictures: who signed the URL, or made the preset, chose the words.</summary>
    private static Error? JudgeTexts(EffectivePolicy policy, ImageOperations written, bool isSigned) =>
        written.Texts is not null && !isSigned && policy.OverlayText is OverlayTextMode.Signed
            ? Forbidden(PolicyCatalog.OverlayText, "Texts for overlays (t1 to t9) need a signed URL here; without one a preset may hold them.")
            : null;

    /// <summary>A preset as its owner made it, or the original: of these there are few.</summary>
    private static bool IsBounded(ImageOperations written) =>
        written.Original || (written.Preset is { } preset && written with { Format = null } == new ImageOperations { Preset = preset });

    private static Error? JudgeFormat(EffectivePolicy policy, ImageOperations merged) =>
        merged.Format is { Fixed: { } format } ? policy.JudgeOutput(format) : null;

    private static Error? JudgeSides(EffectivePolicy policy, ImageOperations operations)
    {
        if (operations.Width > policy.MaxOutputWidth)
            return Forbidden(PolicyCatalog.MaxOutputWidth, $"The width {operations.Width} is above {policy.MaxOutputWidth}, the largest allowed here.");
        return operations.Height > policy.MaxOutputHeight
            ? Forbidden(PolicyCatalog.MaxOutputHeight, $"The height {operations.Height} is above {policy.MaxOutputHeight}, the largest allowed here.")
            : null;
    }

    private static Error? JudgePixels(EffectivePolicy policy, ImageOperations operations) =>
        operations is { Width: { } width, Height: { } height } && (long)width * height > policy.MaxOutputPixels
            ? Forbidden(PolicyCatalog.MaxOutputPixels, $"{width} x {height} pixels are more than {policy.MaxOutputPixels}, the most allowed here.")
            : null;

    /// <summary>Raises the width, or the one that a height alone leads to, to the next step of the ladder, the other side in proportion.</summary>
    private static PolicyVerdict Snap(EffectivePolicy policy, ImageOperations merged, SourceFacts source)
    {
        if (merged.Width is { } width)
        {
            var snapped = Step(policy, width, policy.MaxOutputWidth);
            if (snapped == width)
                return new PolicyVerdict(merged, null);
            int? height = merged.Height is { } h ? (int)Math.Clamp(Math.Round((double)h * snapped / width), 1, policy.MaxOutputHeight) : null;
            return new PolicyVerdict(merged with { Width = snapped, Height = height }, snapped);
        }

        var reached = merged.WidthOf(merged.Height!.Value, source);
        var step = Step(policy, reached, policy.MaxOutputWidth);
        return step == reached ? new PolicyVerdict(merged, null) : new PolicyVerdict(merged with { Width = step, Height = null }, step);
    }

    /// <summary>The next step up that is allowed; above the last, the last. A size that is forbidden anyway stays.</summary>
    private static int Step(EffectivePolicy policy, int size, int max)
    {
        if (size > max)
            return size;
        var step = size;
        foreach (var width in policy.WidthLadder)
        {
            if (width > max)
                break;
            step = width;
            if (width >= size)
                return width;
        }

        return step;
    }

    private static Error Forbidden(string key, string detail) =>
        new(ErrorCode.PolicyForbids, detail) { Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["policy"] = key } };
}

/// <summary>What a policy makes of a URL's operations.</summary>
/// <param name="Operations">To be made.</param>
/// <param name="SnappedWidth">The width it was raised (or lowered) to by the ladder, px; null where it was not changed.</param>
public sealed record PolicyVerdict(ImageOperations Operations, int? SnappedWidth);
