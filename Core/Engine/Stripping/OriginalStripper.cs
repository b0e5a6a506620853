using ImageService.Core.Engine.Metadata;
using ImageService.Core.Errors;

namespace ImageService.Core.Engine.Stripping;

/// <summary>
/// Takes metadata out of a file by leaving parts of it out; no pixel is decoded. What is needed to see the picture right stays: ICC profile, orientation,
/// transparency, animation. What is not known is left out. Files come from strangers: every length is checked.
/// </summary>
internal static class OriginalStripper
{
    /// <param name="file">The whole file.</param>
    /// <param name="format">Its type by content.</param>
    /// <param name="keepCopyright">Whether artist and copyright stay.</param>
    /// <returns><see cref="ErrorCode.UndecodableImage"/> where its structure is broken, <see cref="ErrorCode.UnsupportedImageType"/> for formats that are
    /// never delivered as they are.</returns>
    public static Result<StrippedOriginal> Strip(ReadOnlyMemory<byte> file, OriginalFormat format, bool keepCopyright)
    {
        if (!PiecesOf(file.Span, format, keepCopyright).TryGet(out var pieces, out var error))
            return error;
        if (pieces.AreAllOf(file.Length))
            return new StrippedOriginal(file, format, Changed: false);
        var stripped = pieces.Of(file.Span);
        return stripped.AsSpan().SequenceEqual(file.Span)
            ? new StrippedOriginal(file, format, Changed: false)
            : new StrippedOriginal(stripped, format, Changed: true);
    }

    /// <summary>The same as what stays of the file.</summary>
    public static Result<FilePieces> PiecesOf(ReadOnlySpan<byte> file, OriginalFormat format, bool keepCopyright)
    {
        if (format is OriginalFormat.Tiff or OriginalFormat.Heic or OriginalFormat.Svg)
            return EngineErrors.NeverDelivered(format);
        var pieces = format switch
        {
            OriginalFormat.Jpg => JpegStripper.Strip(file, keepCopyright),
            OriginalFormat.Png => PngStripper.Strip(file, keepCopyright),
            OriginalFormat.Webp => WebpStripper.Strip(file, keepCopyright),
            OriginalFormat.Gif => GifStripper.Strip(file),
            OriginalFormat.Jxl => JxlStripper.Strip(file, keepCopyright),
            OriginalFormat.Avif => AvifStripper.Strip(file, keepCopyright),
            _ => null,
        };
        return pieces is null ? EngineErrors.Undecodable(format) : pieces;
    }

    /// <summary>The EXIF data that stays: orientation where it turns the picture, copyright where it is kept. Empty where neither.</summary>
    public static byte[] Remainder(ReadOnlySpan<byte> exif, Copyright other, bool keepCopyright) =>
        ExifWriter.Write(ExifFacts.Orientation(exif), keepCopyright ? ExifFacts.Copyright(exif).Or(other) : default);
}
