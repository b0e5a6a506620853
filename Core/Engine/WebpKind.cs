using System.Buffers.Binary;

namespace ImageService.Core.Engine;

/// <summary>Tells how a WebP (RFC 9649) is compressed, by the heads of its chunks.</summary>
internal static class WebpKind
{
    // Profiles and metadata may come before the pixels.
    private const int MaxChunks = 1000;

    /// <summary>Whether a still picture is compressed without loss. Of an animation the first frame tells.</summary>
    public static bool IsLossless(Stream file)
    {
        Span<byte> head = stackalloc byte[8];
        var at = 12L;
        for (var chunks = 0; chunks < MaxChunks; chunks++)
        {
            file.Position = Math.Min(at, file.Length);
            if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || head.StartsWith("VP8 "u8) || head.StartsWith("ALPH"u8))
                return false;
            if (head.StartsWith("VP8L"u8))
                return true;

            // A frame of an animation: 16 bytes of its own, then chunks.
            var length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            at += 8 + (head.StartsWith("ANMF"u8) ? 16 : length + (length & 1));
        }

        return false;
    }
}
