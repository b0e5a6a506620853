using Microsoft.Win32.SafeHandles;

namespace ImageService.Core.Engine.Stripping;

/// <summary>Reads a file that is put together of pieces of another one, forward and back, without holding it. Does not own the other.</summary>
internal sealed class PiecesStream(FilePieces pieces, SafeFileHandle file) : Stream
{
    private int _piece;
    private int _within;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => pieces.Length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(Span<byte> buffer)
    {
        if (Next() is not { } piece)
            return 0;
        var count = Math.Min(buffer.Length, piece.Length - _within);
        if (piece.Bytes is { } own)
            own.AsSpan(_within, count).CopyTo(buffer);
        else
            count = RandomAccess.Read(file, buffer[..count], piece.Offset + (long)_within);
        return Passed(count);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Next() is not { } piece)
            return 0;
        var count = Math.Min(buffer.Length, piece.Length - _within);
        if (piece.Bytes is { } own)
            own.AsMemory(_within, count).CopyTo(buffer);
        else
            count = await RandomAccess.ReadAsync(file, buffer[..count], piece.Offset + (long)_within, cancellationToken);
        return Passed(count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => Length + offset,
        };
        if (target < 0)
            throw new IOException("A position before the beginning.");
        (_piece, _within, _position) = (0, 0, 0);
        while (_position < target && Next() is { } piece)
            Passed((int)Math.Min(piece.Length - _within, target - _position));
        return _position;
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is written.
    }

    private FilePieces.Piece? Next()
    {
        while (_piece < pieces.Count && _within == pieces.All[_piece].Length)
            (_piece, _within) = (_piece + 1, 0);
        return _piece < pieces.Count ? pieces.All[_piece] : null;
    }

    private int Passed(int count)
    {
        _within += count;
        _position += count;
        return count;
    }
}
