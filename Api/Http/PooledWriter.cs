using System.IO.Pipelines;

namespace ImageService.Api.Http;

/// <summary>
/// A connection's output whose writer always goes on at a thread of the pool where it had to wait for the client: that a client has taken bytes is learnt
/// on a thread that waits for all sockets. It takes the large blocks of <see cref="ConnectionBlocks"/>: a small image goes out in one piece.
/// </summary>
internal sealed class PooledWriter(PipeWriter output) : PipeWriter
{
    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    public override long UnflushedBytes => output.UnflushedBytes;

    public override void Advance(int bytes) => output.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => output.GetMemory(Math.Max(sizeHint, ConnectionBlocks.LeastOfLarge));

    public override Span<byte> GetSpan(int sizeHint = 0) => output.GetSpan(Math.Max(sizeHint, ConnectionBlocks.LeastOfLarge));

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => output.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => Return(output.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        Return(output.WriteAsync(source, cancellationToken));

    private static ValueTask<FlushResult> Return(ValueTask<FlushResult> flush)
    {
        return flush.IsCompleted ? flush : Waited(flush);

        static async ValueTask<FlushResult> Waited(ValueTask<FlushResult> flush)
        {
            try
            {
                return await flush;
            }
            finally
            {
                await PoolThread.Enter;
            }
        }
    }
}
