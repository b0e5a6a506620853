using System.Buffers;
using ImageService.Api.Http;
using Microsoft.AspNetCore.Connections;

namespace ImageService.Tests.Api.Http;

/// <summary>Memory of connections, with the number of blocks that are out.</summary>
internal sealed class CountedBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private readonly ConnectionBlocks _blocks = new();
    private int _out;

    public int Out => Volatile.Read(ref _out);

    public override int MaxBufferSize => _blocks.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _out);
        return new Counted(this, _blocks.Rent(minBufferSize));
    }

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    protected override void Dispose(bool disposing)
    {
        // It is asked after the transport is gone.
    }

    private sealed class Counted(CountedBlocks blocks, IMemoryOwner<byte> block) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => block.Memory;

        public void Dispose()
        {
            Interlocked.Decrement(ref blocks._out);
            block.Dispose();
        }
    }
}
