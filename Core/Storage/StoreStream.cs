namespace ImageService.Core.Storage;

/// <summary>
/// An object's bytes as they come over the network, forward only. A connection that breaks or ends early is the store's failure. Owns the response.
/// </summary>
/// <param name="content">The body.</param>
/// <param name="length">Bytes that must come.</param>
/// <param name="response">Disposed with the stream.</param>
/// <param name="key">For the message.</param>
internal sealed class StoreStream(Stream content, long length, IDisposable response, string key) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Counted(await content.ReadAsync(buffer, cancellationToken), buffer.Length);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or Azure.RequestFailedException or Amazon.Runtime.AmazonClientException)
        {
            throw new ObjectStoreException($"The connection to the store broke while '{key}' was read.", broken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return Counted(content.Read(buffer, offset, count), count);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or Azure.RequestFailedException or Amazon.Runtime.AmazonClientException)
        {
            throw new ObjectStoreException($"The connection to the store broke while '{key}' was read.", broken);
        }
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Counted(int read, int wanted)
    {
        if (read == 0 && wanted > 0 && _position < length)
            throw new ObjectStoreException($"The store sent {_position} of {length} bytes of '{key}'.");
        _position += read;
        return read;
    }
}
