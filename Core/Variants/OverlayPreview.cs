using ImageService.Core.Engine;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Overlays;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Variants;

/// <summary>Draws elements that were not saved yet on a plain ground. Nothing is kept or counted; it waits for its turn as images do.</summary>
public sealed class OverlayPreview(AssetDirectory assets, FontCatalog fonts, OverlayReader reader, TransformGate gate, TransformEngine engine)
{
    private const int Quality = 80;
    private static readonly TimeSpan Cost = TimeSpan.FromMilliseconds(100);

    /// <summary>Draws them.</summary>
    /// <param name="organizationId">Whose pictures and fonts.</param>
    /// <param name="elements">Pictures with their versions.</param>
    /// <param name="texts">For variables.</param>
    /// <param name="size">Of the picture, px.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>A WebP; or what <see cref="OverlayChoice"/>, <see cref="OverlayReader"/>, the gate and the engine return.</returns>
    public async Task<Result<TransformedImage>> DrawAsync(
        Guid organizationId, IReadOnlyList<OverlayElement> elements, OverlayTexts? texts, PixelSize size, CancellationToken ct)
    {
        var revision = new OverlayRevision(Guid.Empty, "preview", 1, elements) { Level = PolicyLevel.Organization };
        if (!(await OverlayChoice.CompleteAsync(organizationId, revision, assets, fonts, ct)).TryGet(out var chosen, out var error))
            return error;
        var facts = new SourceFacts
        {
            Width = size.Width,
            Height = size.Height,
            HasAlpha = false,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = null,
        };
        var asked = new ImageOperations { Quality = Operations.Quality.Of(Quality) };
        if (!CanonicalOperations.Resolve(asked, ImageFormat.Webp, facts, Quality).TryGet(out var canonical, out error))
            return error;
        canonical = canonical with { OverlayLayers = 1 + (2 * revision.Blends) };
        var bytes = MemoryEstimate.ForTransform(OriginalFormat.Png, facts, canonical, makesIntermediate: false);
        if (!(await gate.EnterAsync(new GateRequest(organizationId, bytes, Cost), ct)).TryGet(out var lease, out var full))
            return full;
        using (lease)
        {
            if (!(await reader.ReadAsync(organizationId, [new DrawnOverlay(chosen, texts, 1, 1)], size, null, ct)).TryGet(out var material, out error))
                return error;
            var ground = new TransformSource(PreviewGround.Png(size), OriginalFormat.Png, IsIntermediate: false, KeepCopyright: false) { Overlays = material };
            return await engine.TransformAsync(ground, canonical, TransformLimits.Default, ct);
        }
    }
}
