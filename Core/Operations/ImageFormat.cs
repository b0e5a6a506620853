namespace ImageService.Core.Operations;

/// <summary>A format that can be delivered.</summary>
public enum ImageFormat
{
    Jpg,
    Png,
    Webp,
    Avif,
    Gif,
    Jxl,
}

/// <summary>Names, extensions and media types of <see cref="ImageFormat"/>.</summary>
public static class ImageFormats
{
    /// <summary>The contract's name: <c>jpg</c>, <c>png</c>, <c>webp</c>, <c>avif</c>, <c>gif</c>, <c>jxl</c>. Also the canonical extension.</summary>
    public static string Name(this ImageFormat format) => format switch
    {
        ImageFormat.Jpg => "jpg",
        ImageFormat.Png => "png",
        ImageFormat.Webp => "webp",
        ImageFormat.Avif => "avif",
        ImageFormat.Gif => "gif",
        ImageFormat.Jxl => "jxl",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>The IANA media type.</summary>
    public static string MediaType(this ImageFormat format) => format switch
    {
        ImageFormat.Jpg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.Webp => "image/webp",
        ImageFormat.Avif => "image/avif",
        ImageFormat.Gif => "image/gif",
        ImageFormat.Jxl => "image/jxl",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Whether the format stores transparency (one bit of it for GIF).</summary>
    public static bool HasAlpha(this ImageFormat format) => format is not ImageFormat.Jpg;

    /// <summary>Whether the encoder takes a quality; the others lose nothing (<c>gif</c>: but colours).</summary>
    public static bool HasQuality(this ImageFormat format) => format is not (ImageFormat.Png or ImageFormat.Gif);

    /// <summary>Whether the encoder writes animations.</summary>
    public static bool CanAnimate(this ImageFormat format) => format is ImageFormat.Webp or ImageFormat.Gif;

    /// <summary>
    /// Longest side that the format and its encoder hold, px: WebP's 14 bits, AVIF as libheif writes it, GIF's 16 bits, JPEG as libjpeg writes it (a little
    /// below
    /// the format's own 65535); PNG and JPEG XL have none that a picture reaches here.
    /// </summary>
    public static int MaxSide(this ImageFormat format) => format switch
    {
        ImageFormat.Webp => 16_383,
        ImageFormat.Avif => 16_384,
        ImageFormat.Jpg => 65_500,
        ImageFormat.Gif => 65_535,
        _ => int.MaxValue,
    };

    /// <summary>Reads a name or extension (<c>jpg</c>, <c>jpeg</c>, <c>png</c>, <c>webp</c>, <c>avif</c>, <c>gif</c>, <c>jxl</c>); lower case only.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ImageFormat format)
    {
        ImageFormat? parsed = text switch
        {
            "jpg" or "jpeg" => ImageFormat.Jpg,
            "png" => ImageFormat.Png,
            "webp" => ImageFormat.Webp,
            "avif" => ImageFormat.Avif,
            "gif" => ImageFormat.Gif,
            "jxl" => ImageFormat.Jxl,
            _ => null,
        };
        format = parsed ?? default;
        return parsed is not null;
    }
}
