using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace ImageService.Api.Http;

/// <summary>
/// Memory of connections in blocks that hold a small image whole. The server's own blocks are of 4 KB, so that a body is cut into a hundred pieces, and lie
/// in a queue, so that each is the one that has been out of the processor's cache for longest; here the one given back last goes out first
/// (docs/benchmarks.md).
/// </summary>
internal sealed class LargeBlocks : MemoryPool<byte>
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 64 * 1024;

    /// <summary>Blocks that are kept for the next; what more is given back is the collector's.</summary>
    private const int Kept = 256;

    private readonly Lock _lock = new();
    private readonly Stack<Block> _free = new(Kept);
    private bool _disposed;

    public override int MaxBufferSize => BlockSize;

    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="BlockSize"/> bytes are asked for.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_free.TryPop(out var block))
                return block;
        }

        return new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _disposed = true;
            _free.Clear();
        }
    }

    private void GiveBack(Block block)
    {
        lock (_lock)
        {
            if (!_disposed && _free.Count < Kept)
                _free.Push(block);
        }
    }

    /// <summary>Makes one for each transport.</summary>
    public sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new LargeBlocks();
    }

    /// <summary>Pinned, as the operating system reads and writes it.</summary>
    private sealed class Block(LargeBlocks pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);

        public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(_bytes, 0, BlockSize);

        public void Dispose() => pool.GiveBack(this);
    }
}
