using System.Buffers;
using System.IO.Pipelines;
using ImageService.Core.Caching;
using ImageService.Core.Storage;

namespace ImageService.Core.Variants;

/// <summary>A variant's bytes, in memory or as a stream from the store; the caller disposes it.</summary>
public sealed class OpenedVariant : IAsyncDisposable
{
    private const int BufferBytes = 64 << 10;

    private readonly StoredObject? _stored;

    internal OpenedVariant(CacheLayer layer, CachedVariant variant, TransformTimes? times = null)
    {
        Layer = layer;
        Bytes = variant.Bytes;
        Length = variant.Bytes.Length;
        Times = times;
    }

    internal OpenedVariant(CacheLayer layer, StoredObject stored, TransformTimes? times = null)
    {
        Layer = layer;
        Times = times;
        Length = stored.Info.SizeBytes;
        _stored = stored;
    }

    /// <summary>Which layer answered.</summary>
    public CacheLayer Layer { get; }

    /// <summary>Bytes in all.</summary>
    public long Length { get; }

    /// <summary>Bytes handed to the writer so far, whatever became of the answer.</summary>
    public long Sent { get; private set; }

    /// <summary>The bytes, shared and not to be written; empty where <see cref="Content"/> streams them.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The stream of a variant too large for memory, at its start; else null.</summary>
    public Stream? Content => _stored?.Content;

    /// <summary>What making it took; null where it was not made for this request.</summary>
    public TransformTimes? Times { get; }

    /// <summary>Takes a part of the image that is in memory to send it as it lies there; false where it is streamed (<see cref="CopyToAsync"/>).</summary>
    public bool TryTake(long offset, long length, out ReadOnlyMemory<byte> bytes)
    {
        if (Content is not null)
        {
            bytes = default;
            return false;
        }

        Sent = length;
        bytes = Bytes.Slice((int)offset, (int)length);
        return true;
    }

    /// <summary>Copies a part of an image that is streamed. To be called once.</summary>
    /// <exception cref="InvalidOperationException">It is in memory (<see cref="TryTake"/>).</exception>
    public async ValueTask CopyToAsync(PipeWriter writer, long offset, long length, CancellationToken ct)
    {
        var content = Content ?? throw new InvalidOperationException("These bytes are in memory.");
        await SkipAsync(content, offset, ct);
        while (length > 0)
        {
            var buffer = writer.GetMemory((int)Math.Min(length, BufferBytes));
            var read = await content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length)], ct);
            if (read == 0)
                throw new ObjectStoreException("An object ended before its length.");
            writer.Advance(read);
            Sent += read;
            length -= read;
            await writer.FlushAsync(ct);
        }
    }

    public ValueTask DisposeAsync() => _stored?.DisposeAsync() ?? default;

    private static async ValueTask SkipAsync(Stream content, long offset, CancellationToken ct)
    {
        if (content.CanSeek)
        {
            content.Seek(offset, SeekOrigin.Begin);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (offset > 0)
            {
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, offset)), ct);
                if (read == 0)
                    throw new ObjectStoreException("An object ended before its length.");
                offset -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>Where the time of a transform went.</summary>
/// <param name="Wait">In line for a core.</param>
/// <param name="Read">Reading the source.</param>
/// <param name="Transform">In the engine.</param>
/// <param name="Store">Writing store, registry and caches.</param>
public sealed record TransformTimes(TimeSpan Wait, TimeSpan Read, TimeSpan Transform, TimeSpan Store);
