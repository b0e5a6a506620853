using Microsoft.AspNetCore.Http.Features;

namespace ImageService.Api.Http;

/// <summary>
/// A request's body whose reader always goes on at a thread of the pool: bytes that had to be waited for arrive on a thread that waits for all sockets.
/// </summary>
internal sealed class PooledBody(Stream body) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => body.Length;

    public override long Position
    {
        get => body.Position;
        set => body.Position = value;
    }

    /// <summary>Puts it in place of a request's body, where there can be one.</summary>
    public static void Replace(IFeatureCollection features)
    {
        if (features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false } && features.Get<IHttpRequestFeature>() is { } request)
            request.Body = new PooledBody(request.Body);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = body.ReadAsync(buffer, cancellationToken);
        return read.IsCompleted ? read : ReturnAsync(read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => body.Read(buffer, offset, count);

    public override void Flush() => body.Flush();

    public override long Seek(long offset, SeekOrigin origin) => body.Seek(offset, origin);

    public override void SetLength(long value) => body.SetLength(value);

    public override void Write(byte[] buffer, int offset, int count) => body.Write(buffer, offset, count);

    private static async ValueTask<int> ReturnAsync(ValueTask<int> read)
    {
        try
        {
            return await read;
        }
        finally
        {
            await PoolThread.Enter;
        }
    }
}
