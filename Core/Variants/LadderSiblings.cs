using ImageService.Core.Operations;
using ImageService.Core.Policies;

namespace ImageService.Core.Variants;

/// <summary>The other steps of a space's ladder for a picture that somebody asked for at one of them (policy <c>prewarm</c>).</summary>
public static class LadderSiblings
{
    /// <summary>Whether the variant is a step whose siblings are to be made ahead. Texts of a URL stay with the one who wrote them.</summary>
    public static bool AreWanted(VariantDescription description) =>
        description.Space.Policy.Prewarm && description.Canonical.Operations is { Original: false, Texts: null, Width: { } width }
        && description.Space.Policy.WidthLadder.Contains(width);

    /// <summary>The siblings, from the smallest: height in proportion, everything else as it was asked for.</summary>
    /// <param name="asked">Canonical operations of the step that was made.</param>
    /// <param name="policy">Of the space.</param>
    /// <param name="originalWidth">px; nothing is enlarged, so wider steps are all the same picture.</param>
    public static IEnumerable<ImageOperations> Of(ImageOperations asked, EffectivePolicy policy, int originalWidth)
    {
        if (asked.Width is not { } width)
            yield break;
        foreach (var step in policy.WidthLadder)
        {
            if (step > originalWidth || step > policy.MaxOutputWidth)
                yield break;
            if (step == width)
                continue;
            int? height = asked.Height is { } h ? Math.Max(1, (int)Math.Round((double)h * step / width)) : null;
            if (height is null || height <= policy.MaxOutputHeight)
                yield return asked with { Width = step, Height = height };
        }
    }
}
