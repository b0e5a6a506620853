using System.IO.Pipelines;
using ImageService.Api.Http;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class PoolThreadTests
{
    private static readonly PipeOptions Inline = new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 4,
        resumeWriterThreshold: 1, useSynchronizationContext: false);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_that_had_to_be_waited_for_goes_on_at_the_pool()
    {
        var pipe = new Pipe(Inline);
        await using var plain = pipe.Reader.AsStream();
        await using var pooled = new PooledBody(plain);

        (await ThreadAfterAsync(() => plain.ReadAtLeastAsync(new byte[8], 1, throwOnEndOfStream: false, Ct).AsTask(),
            () => pipe.Writer.WriteAsync(new byte[1], Ct))).ShouldBeFalse("a socket's thread, where this goes on by itself");
        (await ThreadAfterAsync(() => pooled.ReadAtLeastAsync(new byte[8], 1, throwOnEndOfStream: false, Ct).AsTask(),
            () => pipe.Writer.WriteAsync(new byte[1], Ct))).ShouldBeTrue();
        (await ThreadAfterAsync(() => pooled.ReadAtLeastAsync(new byte[8], 1, throwOnEndOfStream: false, Ct).AsTask(),
            () => pipe.Writer.CompleteAsync(new IOException("gone")))).ShouldBeTrue("also where it fails");
    }

    [Fact]
    public async Task Leaving_a_thread_of_the_pool_goes_nowhere()
    {
        await Task.Run(
            async () =>
            {
                var here = Environment.CurrentManagedThreadId;
                await PoolThread.Enter;
                Environment.CurrentManagedThreadId.ShouldBe(here);
            },
            Ct);
    }

    /// <summary>Whether what waits goes on at the pool, when a thread that is not the pool's brings what it waits for.</summary>
    private static async Task<bool> ThreadAfterAsync<T>(Func<Task> wait, Func<T> bring)
    {
        // Begun and ended on threads of their own: a test's context would lead elsewhere.
        Task<bool> after = null!;
        Run(() => after = WaitedAsync(wait));
        after.IsCompleted.ShouldBeFalse("it has to wait");
        Run(() => bring());
        return await after;

        static void Run(Action action)
        {
            var thread = new Thread(() => action());
            thread.Start();
            thread.Join();
        }

        static async Task<bool> WaitedAsync(Func<Task> wait)
        {
            await wait().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return Thread.CurrentThread.IsThreadPoolThread;
        }
    }
}
