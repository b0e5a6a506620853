using System.Buffers;
using System.Security.Cryptography;

namespace ImageService.Core.Storage;

/// <summary>
/// One part of an upload: as much of a stream as a store takes at once, in pooled pieces that grow with it, so that a small object takes little. It can be sent
/// again when a connection breaks, and its MD5 goes along so that the store refuses what was damaged on the way. Used by one upload at a time.
/// </summary>
internal sealed class PartBuffer : IDisposable
{
    /// <summary>Size of a part, bytes; larger objects are sent in several. S3 wants 5 MiB at least for all but the last, and 10,000 parts at most.</summary>
    public const int PartBytes = 8 << 20;

    private const int PieceBytes = 256 << 10;
    private readonly List<byte[]> _pieces = [];

    /// <summary>Bytes in the part.</summary>
    public int Length { get; private set; }

    /// <summary>Whether there may be more of the content: the part is full.</summary>
    public bool IsFull => Length == PartBytes;

    /// <summary>Whether reading the content failed: then what is thrown is the sender's failure, not the store's.</summary>
    public bool SourceFailed { get; private set; }

    /// <summary>Fills the part anew, to its size or the content's end. What reading the content throws passes as it is.</summary>
    public async Task FillAsync(Stream content, CancellationToken ct)
    {
        Length = 0;
        while (Length < PartBytes)
        {
            if (Length == _pieces.Count * PieceBytes)
                _pieces.Add(ArrayPool<byte>.Shared.Rent(PieceBytes));
            var offset = Length % PieceBytes;
            SourceFailed = true;
            var read = await content.ReadAsync(_pieces[Length / PieceBytes].AsMemory(offset, PieceBytes - offset), ct);
            SourceFailed = false;
            if (read == 0)
                return;
            Length += read;
        }
    }

    /// <summary>The part as a stream that can be read again and again; valid until the next fill.</summary>
    public Stream Open() => new PartStream(this);

    /// <summary>MD5 of the part (RFC 1864), which stores compare on arrival. No secret hangs on it.</summary>
    public byte[] Md5()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        for (var at = 0; at < Length; at += PieceBytes)
            hash.AppendData(_pieces[at / PieceBytes].AsSpan(0, Math.Min(PieceBytes, Length - at)));
        return hash.GetHashAndReset();
    }

    public void Dispose()
    {
        foreach (var piece in _pieces)
            ArrayPool<byte>.Shared.Return(piece);
        _pieces.Clear();
        Length = 0;
    }

    private sealed class PartStream(PartBuffer part) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => part.Length;

        public override long Position
        {
            get => _position;
            set => _position = checked((int)value);
        }

        public override int Read(Span<byte> buffer)
        {
            var offset = _position % PieceBytes;
            var count = Math.Min(Math.Min(buffer.Length, PieceBytes - offset), part.Length - _position);
            if (count <= 0)
                return 0;
            part._pieces[_position / PieceBytes].AsSpan(offset, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Read(buffer.AsSpan(offset, count)));

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            SeekOrigin.End => part.Length + offset,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
            // Nothing is written.
        }
    }
}
