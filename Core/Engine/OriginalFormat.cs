namespace ImageService.Core.Engine;

/// <summary>A format an original may have, decided by content.</summary>
public enum OriginalFormat
{
    Jpg,
    Png,
    Webp,
    Gif,
    Avif,
    Tiff,
    Heic,
    Svg,
    Jxl,
}

/// <summary>Names and media types of <see cref="OriginalFormat"/>.</summary>
public static class OriginalFormats
{
    /// <summary>The contract's name: <c>jpg</c>, <c>png</c>, <c>webp</c>, <c>gif</c>, <c>avif</c>, <c>tiff</c>, <c>heic</c>, <c>svg</c>, <c>jxl</c>.</summary>
    public static string Name(this OriginalFormat format) => format switch
    {
        OriginalFormat.Jpg => "jpg",
        OriginalFormat.Png => "png",
        OriginalFormat.Webp => "webp",
        OriginalFormat.Gif => "gif",
        OriginalFormat.Avif => "avif",
        OriginalFormat.Tiff => "tiff",
        OriginalFormat.Heic => "heic",
        OriginalFormat.Svg => "svg",
        OriginalFormat.Jxl => "jxl",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>The IANA media type.</summary>
    public static string MediaType(this OriginalFormat format) => format switch
    {
        OriginalFormat.Jpg => "image/jpeg",
        OriginalFormat.Png => "image/png",
        OriginalFormat.Webp => "image/webp",
        OriginalFormat.Gif => "image/gif",
        OriginalFormat.Avif => "image/avif",
        OriginalFormat.Tiff => "image/tiff",
        OriginalFormat.Heic => "image/heic",
        OriginalFormat.Svg => "image/svg+xml",
        OriginalFormat.Jxl => "image/jxl",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Whether transforms never read the original itself but the raster that the decoder wrote at ingestion.</summary>
    public static bool NeedsWorkingCopy(this OriginalFormat format) => format is OriginalFormat.Heic or OriginalFormat.Svg or OriginalFormat.Jxl;

    /// <summary>Reads a <see cref="Name"/>; lower case only.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out OriginalFormat format)
    {
        foreach (var candidate in Enum.GetValues<OriginalFormat>())
        {
            if (text.SequenceEqual(candidate.Name()))
            {
                format = candidate;
                return true;
            }
        }

        format = default;
        return false;
    }
}
