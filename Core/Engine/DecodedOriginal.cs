using System.Text.Json;
using ImageService.Core.Engine.Provenance;

namespace ImageService.Core.Engine;

/// <summary>What the isolated decoder found out about an original that it decoded wholly, once.</summary>
/// <param name="Facts">Size, colours, frames.</param>
/// <param name="Placeholders">What a page can show before the image has come.</param>
/// <param name="NormalisedPath">HEIC and SVG: the PNG or JPEG to keep as working copy, written beside the original; the caller moves or deletes it. Else
/// null.</param>
public sealed record DecodedOriginal(ImageFacts Facts, Placeholders Placeholders, string? NormalisedPath)
{
    /// <summary>What decoding it (the working copy, where there is one) takes at its peak, bytes.</summary>
    public required long DecodeBytes { get; init; }

    /// <summary>CPU time that decoding every pixel took.</summary>
    public required TimeSpan DecodeCpu { get; init; }

    /// <summary>Whether it carries Content Credentials; null where its structure could not be followed.</summary>
    public ContentCredentials? Credentials { get; init; }
}

/// <summary>Facts of an original, as its upright first frame is seen.</summary>
public sealed record ImageFacts
{
    /// <summary>By content.</summary>
    public required OriginalFormat Format { get; init; }

    /// <summary>px, upright.</summary>
    public required int Width { get; init; }

    /// <summary>px, upright.</summary>
    public required int Height { get; init; }

    /// <summary>Whether it has an alpha channel (a palette with transparency counts).</summary>
    public required bool HasAlpha { get; init; }

    /// <summary>1 for still images; only GIF and WebP animate. Pages of a TIFF are not frames.</summary>
    public required int Frames { get; init; }

    /// <summary>EXIF orientation as stored, 1 to 8; 1 where there is none.</summary>
    public required int Orientation { get; init; }

    /// <summary>libvips' name of the decoded colour space: <c>srgb</c>, <c>b-w</c>, <c>cmyk</c>, <c>rgb16</c>, <c>grey16</c>, <c>labs</c>, …</summary>
    public required string ColourSpace { get; init; }

    /// <summary>Whether an ICC profile is embedded.</summary>
    public required bool HasProfile { get; init; }

    /// <summary>Public subset of the EXIF (camera, lens, exposure, artist, copyright, when taken), never a position; null where there is none.</summary>
    public required JsonDocument? Exif { get; init; }
}

/// <summary>Stand-ins for an image that has not loaded yet, made from its first frame.</summary>
/// <param name="BlurHash">https://blurha.sh, 4 × 3 components (or 3 × 4 for portraits).</param>
/// <param name="ThumbHash">https://evanw.github.io/thumbhash, base64.</param>
/// <param name="DominantColour"><c>#rrggbb</c>, lower case.</param>
/// <param name="Palette">Up to six colours <c>#rrggbb</c>, most frequent first.</param>
public sealed record Placeholders(string BlurHash, string ThumbHash, string DominantColour, IReadOnlyList<string> Palette);

/// <summary>What an original may be; from the policy of its space.</summary>
/// <param name="MaxPixels">Width × height × frames.</param>
/// <param name="MaxFrames">Frames of an animation.</param>
/// <param name="Allowed">Formats accepted; anything else is <c>UnsupportedImageType</c>.</param>
public sealed record ProbeLimits(long MaxPixels, int MaxFrames, IReadOnlySet<OriginalFormat> Allowed);
