using System.Buffers.Binary;

namespace ImageService.Core.Engine.Provenance;

/// <summary>How a manifest store begins wherever it lies: a JUMBF superbox whose description box has C2PA's type (ISO/IEC 19566-5; C2PA 2.4, 11.1.4).</summary>
internal static class ManifestStore
{
    /// <summary>Bytes from its start that suffice.</summary>
    public const int HeadBytes = 40;

    private const int TypeEnd = 24;

    // 63327061-0011-0010-8000-00AA00389B71; the first four bytes read "c2pa".
    private static ReadOnlySpan<byte> Type => [0x63, 0x32, 0x70, 0x61, 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    public static bool BeginsIn(ReadOnlySpan<byte> head)
    {
        if (head.Length < 8 || !head[4..8].SequenceEqual("jumb"u8))
            return false;
        var body = head[BoxHeadBytes(head)..];
        return body.Length >= TypeEnd && body[4..8].SequenceEqual("jumd"u8) && body[8..TypeEnd].SequenceEqual(Type);
    }

    public static bool BeginsAt(FileProbe file, long at)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        head = head[..(int)Math.Clamp(file.Length - at, 0, HeadBytes)];
        return file.TryRead(at, head) && BeginsIn(head);
    }

    /// <summary>Length and type; a length of 1 stands in eight more bytes.</summary>
    public static int BoxHeadBytes(ReadOnlySpan<byte> head) => head.Length >= 16 && BinaryPrimitives.ReadUInt32BigEndian(head) == 1 ? 16 : 8;
}
