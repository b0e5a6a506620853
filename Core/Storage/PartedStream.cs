namespace ImageService.Core.Storage;

/// <summary>
/// A filled part and, where it is full, the rest of the content after it: for a client that reads a stream by itself. Remembers what reading the content
/// threw.
/// </summary>
internal sealed class PartedStream(PartBuffer part, Stream rest) : Stream
{
    private readonly Stream _first = part.Open();

    /// <summary>What reading the content threw; null where it was read well.</summary>
    public Exception? SourceFailure { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _first.ReadAsync(buffer, cancellationToken);
        if (read == 0 && part.IsFull && buffer.Length > 0)
        {
            try
            {
                read = await rest.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception failure)
            {
                SourceFailure = failure;
                throw;
            }
        }

        Count += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously: the bytes come over a network.");

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
