using System.Security.Cryptography;
using ImageService.Core.Engine;
using ImageService.Core.Operations;

namespace ImageService.Core.Variants;

/// <summary>A variant that was made and is to be kept: in memory, or to be read from where it lies.</summary>
public sealed record MadeVariant
{
    /// <summary>Its format.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>px.</summary>
    public required int Width { get; init; }

    /// <summary>px, of one frame.</summary>
    public required int Height { get; init; }

    /// <summary>Length.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>SHA-256, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }

    /// <summary>What making it took.</summary>
    public required TimeSpan CpuTime { get; init; }

    /// <summary>Its bytes from the beginning; the caller disposes the stream.</summary>
    public required Func<Stream> OpenRead { get; init; }

    /// <summary>Of an image in memory.</summary>
    public static MadeVariant Of(TransformedImage image) => new()
    {
        Format = image.Format,
        Width = image.Width,
        Height = image.Height,
        SizeBytes = image.Bytes.Length,
        ContentHash = Convert.ToHexStringLower(SHA256.HashData(image.Bytes.Span)),
        CpuTime = image.CpuTime,
        OpenRead = () => new ReadOnlyMemoryStream(image.Bytes),
    };
}
