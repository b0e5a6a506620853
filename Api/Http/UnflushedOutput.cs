using System.Buffers;
using System.Runtime.InteropServices;

namespace ImageService.Api.Http;

/// <summary>
/// What was written to a connection since its last flush, in order: blocks of the connection's memory, and pieces that lie elsewhere. A block is held from its
/// first byte to the end of its flush; an idle connection holds none.
/// </summary>
/// <param name="blocks">Of the connection.</param>
internal sealed class UnflushedOutput(MemoryPool<byte> blocks)
{
    private IMemoryOwner<byte>? _block;
    private Memory<byte> _memory;
    private int _end;
    private List<Piece> _pieces = [];

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes that fit behind the last one.</summary>
    public int Room => _memory.Length - _end;

    /// <summary>Memory for the next bytes.</summary>
    /// <param name="least">Bytes at least; 0: some.</param>
    public Memory<byte> Next(int least)
    {
        if (Room < Math.Max(least, 1))
        {
            CloseBlock();
            // Headers and small answers come into a small block; a large one holds what did not fit.
            var wanted = Math.Max(least, Length == 0 ? ConnectionBlocks.Small : ConnectionBlocks.LeastOfLarge);
            _block = least <= blocks.MaxBufferSize ? blocks.Rent(Math.Min(wanted, blocks.MaxBufferSize)) : null;
            _memory = _block?.Memory ?? new byte[least];
        }

        return _memory[_end..];
    }

    /// <exception cref="ArgumentOutOfRangeException">Not so many bytes were given.</exception>
    public void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)Room, nameof(bytes));
        _end += bytes;
        Length += bytes;
    }

    /// <summary>Appends what lies elsewhere.</summary>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        CloseBlock();
        if (!bytes.IsEmpty)
            _pieces.Add(new Piece(Segment(bytes), Block: null));
        Length += bytes.Length;
    }

    /// <summary>Hands over all of it; memory that was given and not written is no one's any more.</summary>
    /// <param name="empty">Takes the place of the list.</param>
    public List<Piece> Take(List<Piece> empty)
    {
        CloseBlock();
        var written = _pieces;
        (_pieces, Length) = (empty, 0);
        return written;
    }

    private static ArraySegment<byte> Segment(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var segment) ? segment : bytes.ToArray();

    private void CloseBlock()
    {
        if (_end > 0)
            _pieces.Add(new Piece(Segment(_memory[.._end]), _block));
        else
            _block?.Dispose();
        (_block, _memory, _end) = (null, default, 0);
    }
}
