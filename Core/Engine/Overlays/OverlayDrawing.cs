using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Overlays;

/// <summary>One overlay as it is to be drawn.</summary>
/// <param name="Elements">In order.</param>
/// <param name="Texts">Values of its variables; null where none is said.</param>
/// <param name="Dpr">What lengths in px are multiplied by, from 1.</param>
/// <param name="MinWidth">Narrower pictures, px, go without it.</param>
public sealed record OverlayDrawing(IReadOnlyList<OverlayElement> Elements, OverlayTexts? Texts, double Dpr, int MinWidth);

/// <summary>Everything a transform needs to draw overlays: what, and the bytes of what they show.</summary>
/// <param name="Drawings">In the order they are drawn.</param>
/// <param name="Pictures">Bytes of each version of an asset that an element shows.</param>
/// <param name="Fonts">Uploaded fonts by slug; shipped ones need not be named.</param>
public sealed record OverlayMaterial(
    IReadOnlyList<OverlayDrawing> Drawings,
    IReadOnlyDictionary<(string Asset, int Version), TransformSource> Pictures,
    IReadOnlyDictionary<string, FontFile> Fonts);

/// <summary>The bytes of an uploaded font, which the isolated decoder has read once.</summary>
/// <param name="ContentHash">SHA-256, 64 lower-case hex digits.</param>
/// <param name="Bytes">TrueType or OpenType.</param>
public sealed record FontFile(string ContentHash, byte[] Bytes);

/// <summary>A picture that an overlay shows cannot be decoded.</summary>
internal sealed class OverlayPictureException(VipsException inner) : Exception("A picture of an overlay cannot be decoded.", inner)
{
    public VipsException Broken => inner;
}
