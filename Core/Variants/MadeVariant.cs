using System.Security.Cryptography;
using ImageService.Core.Engine;
using ImageService.Core.Operations;

namespace ImageService.Core.Variants;

/// <summary>A variant that was made and is to be kept: in memory, or to be read from where it lies.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Width">px.</param>
/// <param name="Height">px, of one frame.</param>
/// <param name="SizeBytes">Length.</param>
/// <param name="ContentHash">SHA-256, 64 lower-case hex digits.</param>
/// <param name="CpuTime">What making it took.</param>
/// <param name="OpenRead">Its bytes from the beginning; the caller disposes the stream.</param>
public sealed record MadeVariant(ImageFormat Format, int Width, int Height, long SizeBytes, string ContentHash, TimeSpan CpuTime, Func<Stream> OpenRead)
{
    /// <summary>Of an image in memory.</summary>
    public static MadeVariant Of(TransformedImage image) => new(
        image.Format,
        image.Width,
        image.Height,
        image.Bytes.Length,
        Convert.ToHexStringLower(SHA256.HashData(image.Bytes.Span)),
        image.CpuTime,
        () => new ReadOnlyMemoryStream(image.Bytes));
}
