using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Operations;

/// <summary>The name of a variant by content: equal inputs give equal bytes, so the hash is its key in every cache and the basis of its ETag.</summary>
public static class OperationsHash
{
    /// <summary>SHA-256 of <c>{canonical};{content hash of the original};fmt={format};rev={engine revision}</c>, 64 lower-case hex digits.</summary>
    public static string Compute(string canonicalText, string contentHash, ImageFormat format, string engineRevision)
    {
        var text = $"{canonicalText};{contentHash};fmt={format.Name()};rev={engineRevision}";
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), hash);
            return Convert.ToHexStringLower(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
