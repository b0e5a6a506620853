using System.Buffers.Binary;

namespace ImageService.Core.Engine.Provenance;

/// <summary>
/// JPEG: a manifest store is cut into APP11 segments before the first scan, each with the box's instance, a number in sequence, and the superbox's head anew
/// (ISO/IEC 19566-5, D.2).
/// </summary>
internal static class JpegCredentials
{
    private const byte App11 = 0xEB;
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    // "JP", instance of two bytes, number in sequence of four.
    private const int HeadBytes = 8;

    public static ContentCredentials? Find(FileProbe file)
    {
        Span<byte> head = stackalloc byte[4];
        var store = new Segments();
        for (var at = 2L; file.TryRead(at, head) && head[0] == 0xFF;)
        {
            switch (head[1])
            {
                case StartOfScan or EndOfImage:
                    return store.Found ?? ContentCredentials.None;
                case 0xFF:
                    at++;
                    continue;
                case 0x01 or (>= 0xD0 and <= 0xD7):
                    at += 2;
                    continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
            if (length < 2 || at + 2 + length > file.Length)
                break;
            if (head[1] == App11 && length >= 2 + HeadBytes)
                store.Add(file, at + 4, length - 2);
            at += 2 + length;
        }

        return store.Found;
    }

    private struct Segments
    {
        private long _bytes;
        private int _instance;
        private uint _last;

        public readonly ContentCredentials? Found => _bytes > 0 ? new ContentCredentials(CredentialsPlace.App11Segment, _bytes) : null;

        public void Add(FileProbe file, long at, int length)
        {
            Span<byte> body = stackalloc byte[HeadBytes + ManifestStore.HeadBytes];
            body = body[..Math.Min(length, body.Length)];
            if (!file.TryRead(at, body) || !body.StartsWith("JP"u8))
                return;
            var (instance, number) = (BinaryPrimitives.ReadUInt16BigEndian(body[2..]), BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
            var box = body[HeadBytes..];
            if (_bytes == 0)
            {
                if (ManifestStore.BeginsIn(box))
                    (_bytes, _instance, _last) = (length - HeadBytes, instance, number);
            }
            else if (instance == _instance && number == _last + 1)
            {
                _bytes += Math.Max(0, length - HeadBytes - ManifestStore.BoxHeadBytes(box));
                _last = number;
            }
        }
    }
}
