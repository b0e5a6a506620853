using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace ImageService.Api.Http;

/// <summary>
/// Memory of connections. The server's own pool has blocks of 4 KB alone, so that a body is cut into a hundred pieces, and keeps them in a queue, so that each
/// is the one that has been out of the processor's cache for longest; here what is longer than headers goes into large ones (<see cref="GatheredWriter"/>), and
/// the one given back last goes out first (docs/benchmarks.md). What callers send comes into small ones: thousands who never finish their headers hold 4 KB
/// each.
/// </summary>
internal sealed class ConnectionBlocks : MemoryPool<byte>
{
    /// <summary>Bytes of a small block: who asks for so many or fewer gets one.</summary>
    public const int Small = 4 * 1024;

    /// <summary>Who asks for so many bytes or more gets a large block.</summary>
    public const int LeastOfLarge = Small + 1;

    private const int LargeSize = 64 * 1024;

    // 4 and 16 MB that are kept for the next; what more is given back is the collector's.
    private readonly Shelf _small = new(Small, kept: 1024);
    private readonly Shelf _large = new(LargeSize, kept: 256);

    public override int MaxBufferSize => LargeSize;

    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="LargeSize"/> bytes are asked for.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, LargeSize);
        return (minBufferSize <= Small ? _small : _large).Take();
    }

    protected override void Dispose(bool disposing)
    {
        _small.Close();
        _large.Close();
    }

    /// <summary>Makes one for each transport.</summary>
    public sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ConnectionBlocks();
    }

    /// <summary>Free blocks of one size.</summary>
    private sealed class Shelf(int size, int kept)
    {
        private readonly Lock _lock = new();
        private readonly Stack<Block> _free = new(kept);
        private bool _isClosed;

        public Block Take()
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isClosed, this);
                if (_free.TryPop(out var block))
                    return block;
            }

            return new Block(this, size);
        }

        public void GiveBack(Block block)
        {
            lock (_lock)
            {
                if (!_isClosed && _free.Count < kept)
                    _free.Push(block);
            }
        }

        public void Close()
        {
            lock (_lock)
            {
                _isClosed = true;
                _free.Clear();
            }
        }
    }

    /// <summary>Pinned, as the operating system reads and writes it.</summary>
    private sealed class Block(Shelf shelf, int size) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(size, pinned: true);

        public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(_bytes, 0, _bytes.Length);

        public void Dispose() => shelf.GiveBack(this);
    }
}
