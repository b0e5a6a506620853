using ImageService.Core.Engine.Isolation;

namespace ImageService.Core.Engine.Provenance;

/// <summary>
/// Looks for Content Credentials where the format of a file has their place, by its structure and a few bytes of each part. A manifest that lies elsewhere and
/// is only referred to (XMP's <c>dcterms:provenance</c>) is not looked for.
/// </summary>
internal static class CredentialsSearch
{
    /// <param name="path">The original.</param>
    /// <param name="format">Its type by content.</param>
    /// <returns>Null where the structure cannot be followed as far as credentials may lie: nobody knows then.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ContentCredentials? Find(string path, OriginalFormat format)
    {
        if (format == OriginalFormat.Svg)
            return SvgText.Read(path) is { } text ? SvgCredentials.Find(text) : null;

        // Unbuffered: a read is a few bytes, and the next one lies elsewhere.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        return Find(file, format);
    }

    /// <summary>The same of a stream that can seek; not of an SVG.</summary>
    public static ContentCredentials? Find(Stream file, OriginalFormat format)
    {
        var probe = new FileProbe(file);
        return format switch
        {
            OriginalFormat.Jpg => JpegCredentials.Find(probe),
            OriginalFormat.Png => ChunkCredentials.FindInPng(probe),
            OriginalFormat.Webp => ChunkCredentials.FindInWebp(probe),
            OriginalFormat.Avif or OriginalFormat.Heic => BoxCredentials.FindInHeif(probe),
            OriginalFormat.Jxl => BoxCredentials.FindInJxl(probe),
            OriginalFormat.Gif => GifCredentials.Find(probe),
            OriginalFormat.Tiff => TiffCredentials.Find(probe),
            _ => null,
        };
    }
}
