using System.Runtime.InteropServices;
using ImageService.Core.Engine.Colour;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Engine.Stripping;
using ImageService.Core.Errors;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>What a file says of itself before any pixel is decoded.</summary>
internal sealed record ImageHeader
{
    /// <summary>By content.</summary>
    public required OriginalFormat Format { get; init; }

    /// <summary>px, as stored.</summary>
    public required int Width { get; init; }

    /// <summary>px, as stored, of one frame.</summary>
    public required int Height { get; init; }

    /// <summary>1 for still images.</summary>
    public required int Frames { get; init; }

    /// <summary>EXIF orientation, 1 to 8.</summary>
    public required int Orientation { get; init; }

    /// <summary>Whether there is an alpha channel.</summary>
    public required bool HasAlpha { get; init; }

    /// <summary>Colour space of the pixels.</summary>
    public required Enums.Interpretation Interpretation { get; init; }

    /// <summary>Of the decoded pixels.</summary>
    public required int BytesPerPixel { get; init; }

    /// <summary>How the embedded ICC profile bears on conversion.</summary>
    public required ProfileKind Profile { get; init; }

    /// <summary>Longest side of an original, px: JPEG's own limit, and what libvips can hold.</summary>
    public const int MaxSide = 65_535;

    public PixelSize Upright => Orientation >= 5 ? new PixelSize(Height, Width) : new PixelSize(Width, Height);

    public long Pixels => (long)Width * Height * Frames;

    /// <summary>An interlaced PNG, which its decoder keeps whole; others go by line.</summary>
    public bool IsKeptWhole { get; init; }

    /// <summary>What the file says of its colours without a profile; null where it says sRGB or nothing.</summary>
    public ColourSignal? Signal { get; init; }

    /// <summary>Whether the file holds its pixels as they were: PNG, GIF, TIFF, lossless WebP.</summary>
    public bool IsLossless { get; init; }

    /// <summary>The same with what only the file itself tells.</summary>
    /// <param name="file">From its beginning; left anywhere.</param>
    public ImageHeader With(Stream file) => this with
    {
        Signal = Profile == ProfileKind.None ? ColourSignal.Read(file, Format) : null,
        IsLossless = Format is OriginalFormat.Png or OriginalFormat.Gif or OriginalFormat.Tiff || (Format == OriginalFormat.Webp && WebpKind.IsLossless(file)),
    };

    /// <summary>Opens a file: reads its header; pixels come when they are asked for, from top to bottom, once.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="format">Its type by content; decides the loader.</param>
    /// <param name="allFrames">GIF and WebP: one image with all frames below each other; else the first frame.</param>
    /// <param name="shrink">JPEG: 1, 2, 4 or 8, how much to reduce while decoding.</param>
    /// <param name="failOn">What makes decoding fail; at least truncation, which libvips would fill with grey.</param>
    /// <exception cref="VipsException">The header cannot be read.</exception>
    public static Image Open(ReadOnlyMemory<byte> bytes, OriginalFormat format, bool allFrames, int shrink = 1, Enums.FailOn failOn = Enums.FailOn.Truncated)
    {
        VipsRuntime.EnsureStarted();
        var buffer = MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : bytes.ToArray();
        var pages = allFrames ? -1 : 1;
        const Enums.Access access = Enums.Access.Sequential;
        return format switch
        {
            OriginalFormat.Jpg => Image.JpegloadBuffer(buffer, shrink: shrink, unlimited: true, access: access, failOn: failOn),
            OriginalFormat.Png => Image.PngloadBuffer(PngTexts.Without(buffer), access: access, failOn: failOn),
            OriginalFormat.Webp => Image.WebploadBuffer(buffer, n: pages, access: access, failOn: failOn),
            OriginalFormat.Gif => Image.GifloadBuffer(buffer, n: pages, access: access, failOn: failOn),
            OriginalFormat.Avif => Image.HeifloadBuffer(buffer, access: access, failOn: failOn),
            OriginalFormat.Tiff => Image.TiffloadBuffer(buffer, access: access, failOn: failOn),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No loader of this process reads it."),
        };
    }

    /// <summary>Reads the header's facts from an image that <see cref="Open"/> made.</summary>
    public static ImageHeader Read(Image image, OriginalFormat format)
    {
        var frames = format is OriginalFormat.Gif or OriginalFormat.Webp ? Number(image, "n-pages", 1) : 1;
        var loaded = image.Contains("page-height") ? Number(image, "page-height", image.Height) : image.Height;
        return new ImageHeader
        {
            Format = format,
            Width = image.Width,
            Height = Math.Clamp(loaded, 1, image.Height),
            Frames = Math.Max(1, frames),
            Orientation = Number(image, "orientation", 1) is >= 1 and <= 8 and var orientation ? orientation : 1,
            HasAlpha = image.HasAlpha(),
            Interpretation = image.Interpretation,
            BytesPerPixel = image.Bands * SizeOf(image.Format),
            Profile = KindOf(image),
            IsKeptWhole = format == OriginalFormat.Png && Number(image, "interlaced", 0) != 0,
        };
    }

    /// <summary>The first limit that the header breaks, or null.</summary>
    /// <param name="fileBytes">Length of the file: a header may promise more than the file can hold.</param>
    /// <param name="maxPixels">Width × height × frames.</param>
    /// <param name="maxFrames">Frames.</param>
    public Error? Judge(long fileBytes, long maxPixels, int maxFrames)
    {
        if (Frames > maxFrames)
            return EngineErrors.TooManyFrames(Frames, maxFrames);
        if (Width > MaxSide || Height > MaxSide)
            return EngineErrors.SideTooLong(Width, Height, MaxSide);
        if (Pixels > maxPixels)
            return EngineErrors.TooManyPixels(Pixels, maxPixels);
        return fileBytes < LeastBytes() ? EngineErrors.Undecodable(Format) : null;
    }

    // The shortest file that can hold the pixels promised: JPEG spends at least one bit on each block of 8 × 8,
    // deflate shortens to 1/1032 at best and PNG's thinnest pixel has one bit.
    private long LeastBytes() => Format switch
    {
        OriginalFormat.Jpg => (long)Width * Height / 64 / 8,
        OriginalFormat.Png => (long)Width * Height / 8 / 1032,
        _ => 0,
    };

    private static int Number(Image image, string field, int otherwise) => image.Contains(field) && image.Get(field) is int value ? value : otherwise;

    private static int SizeOf(Enums.BandFormat format) => format switch
    {
        Enums.BandFormat.Uchar or Enums.BandFormat.Char => 1,
        Enums.BandFormat.Ushort or Enums.BandFormat.Short => 2,
        Enums.BandFormat.Double or Enums.BandFormat.Complex => 8,
        Enums.BandFormat.Dpcomplex => 16,
        _ => 4,
    };

    private static ProfileKind KindOf(Image image) =>
        !image.Contains("icc-profile-data") ? ProfileKind.None
        : image.Get("icc-profile-data") is byte[] profile && IccProfile.IsSrgb(profile) ? ProfileKind.Srgb
        : ProfileKind.Other;
}

/// <summary>What an embedded ICC profile means for conversion to sRGB.</summary>
internal enum ProfileKind
{
    /// <summary>None embedded: RGB is taken as sRGB.</summary>
    None,

    /// <summary>It says sRGB: nothing to convert.</summary>
    Srgb,

    /// <summary>Pixels must be converted by it.</summary>
    Other,
}
