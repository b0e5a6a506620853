namespace ImageService.Tests.Support;

/// <summary>A body of so many zeros that tells how many of them were taken; its length is told to nobody.</summary>
public sealed class CountedStream(long length) : Stream
{
    public long Taken { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var taken = (int)Math.Min(count, length - Taken);
        buffer.AsSpan(offset, taken).Clear();
        Taken += taken;
        return taken;
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
