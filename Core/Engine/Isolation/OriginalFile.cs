using ImageService.Core.Engine.Stripping;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>Opens an original from disk with the loader of its type and no other, so that its bytes need not be held.</summary>
internal static class OriginalFile
{
    /// <exception cref="VipsException">The header cannot be read.</exception>
    public static Image Open(string path, OriginalFormat format, bool allFrames, int shrink, Enums.FailOn failOn)
    {
        VipsRuntime.EnsureStarted();
        var pages = allFrames ? -1 : 1;
        const Enums.Access access = Enums.Access.Sequential;
        return format switch
        {
            OriginalFormat.Jpg => Image.Jpegload(path, shrink: shrink, access: access, failOn: failOn),
            OriginalFormat.Png => OpenPng(path, access, failOn),
            OriginalFormat.Webp => Image.Webpload(path, n: pages, access: access, failOn: failOn),
            OriginalFormat.Gif => Image.Gifload(path, n: pages, access: access, failOn: failOn),
            OriginalFormat.Avif => Image.Heifload(path, access: access, failOn: failOn),
            OriginalFormat.Tiff => Image.Tiffload(path, access: access, failOn: failOn),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No loader of libvips reads it."),
        };
    }

    private static Image OpenPng(string path, Enums.Access access, Enums.FailOn failOn)
    {
        using var file = File.OpenRead(path);
        return PngTexts.AreMany(file)
            ? Image.PngloadBuffer(PngTexts.Without(File.ReadAllBytes(path)), access: access, failOn: failOn)
            : Image.Pngload(path, access: access, failOn: failOn);
    }
}
