using System.Runtime.InteropServices;
using ImageService.Core.Engine.Metadata;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>A source whose header has been read and whose pixels have not.</summary>
internal sealed class OpenedSource : IDisposable
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Image _image;

    private OpenedSource(ReadOnlyMemory<byte> bytes, Image image, ImageHeader header) => (_bytes, _image, Header) = (bytes, image, header);

    public ImageHeader Header { get; }

    /// <summary>Raw EXIF data; empty where there is none.</summary>
    public ReadOnlySpan<byte> Exif => Blob("exif-data");

    /// <summary>Artist and copyright from EXIF, else from IPTC.</summary>
    public Copyright Copyright => ExifFacts.Copyright(Exif).Or(IptcCopyright.Read(Blob("iptc-data")));

    /// <summary>Reads the header.</summary>
    /// <exception cref="VipsException">It cannot be read.</exception>
    public static OpenedSource Open(ReadOnlyMemory<byte> bytes, OriginalFormat format)
    {
        var image = ImageHeader.Open(bytes, format, allFrames: false);
        using var file = MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : new MemoryStream(bytes.ToArray());
        return new OpenedSource(bytes, image, ImageHeader.Read(image, format).With(file));
    }

    /// <summary>The pixels to read, once: of the first frame or, as a roll, of all.</summary>
    public Image Reopen(bool allFrames) => allFrames ? ImageHeader.Open(_bytes, Header.Format, allFrames) : _image.Copy();

    public void Dispose() => _image.Dispose();

    private ReadOnlySpan<byte> Blob(string field) => _image.Contains(field) && _image.Get(field) is byte[] bytes ? bytes : [];
}
