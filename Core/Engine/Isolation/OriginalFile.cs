using ImageService.Core.Engine.Stripping;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>An original that is opened with the loader of its type and no other; from disk, so that its bytes need not be held, or from memory.</summary>
internal sealed class OriginalFile
{
    private const Enums.Access Access = Enums.Access.Sequential;
    private readonly OriginalFormat _format;
    private readonly string? _path;
    private readonly byte[]? _bytes;

    private OriginalFile(OriginalFormat format, string? path, byte[]? bytes) => (_format, _path, _bytes) = (format, path, bytes);

    public static OriginalFile At(string path, OriginalFormat format) => new(format, path, null);

    public static OriginalFile Of(byte[] bytes, OriginalFormat format) => new(format, null, bytes);

    /// <param name="allFrames">GIF and WebP: all frames below each other.</param>
    /// <param name="shrink">JPEG: 1, 2, 4 or 8.</param>
    /// <param name="failOn">What makes decoding fail.</param>
    /// <exception cref="VipsException">The header cannot be read.</exception>
    public Image Open(bool allFrames, int shrink, Enums.FailOn failOn)
    {
        if (_bytes is not null)
            return ImageHeader.Open(_bytes, _format, allFrames, shrink, failOn);
        VipsRuntime.EnsureStarted();
        var pages = allFrames ? -1 : 1;
        return _format switch
        {
            // The limit that is lifted is one of a hundred warnings, which are no corruption; passes are judged by JpegStructure.
            OriginalFormat.Jpg => Image.Jpegload(_path!, shrink: shrink, unlimited: true, access: Access, failOn: failOn),
            OriginalFormat.Png => OpenPng(failOn),
            OriginalFormat.Webp => Image.Webpload(_path!, n: pages, access: Access, failOn: failOn),
            OriginalFormat.Gif => Image.Gifload(_path!, n: pages, access: Access, failOn: failOn),
            OriginalFormat.Avif => Image.Heifload(_path!, access: Access, failOn: failOn),
            OriginalFormat.Tiff => Image.Tiffload(_path!, access: Access, failOn: failOn),
            _ => throw new InvalidOperationException($"No loader of libvips reads {_format}."),
        };
    }

    private Image OpenPng(Enums.FailOn failOn)
    {
        using var file = File.OpenRead(_path!);
        return PngTexts.AreMany(file)
            ? Image.PngloadBuffer(PngTexts.Without(File.ReadAllBytes(_path!)), access: Access, failOn: failOn)
            : Image.Pngload(_path!, access: Access, failOn: failOn);
    }
}
