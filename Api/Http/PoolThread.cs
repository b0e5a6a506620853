using System.Runtime.CompilerServices;

namespace ImageService.Api.Http;

/// <summary>
/// Leaves a thread that waits for sockets: <c>await PoolThread.Enter</c> goes on at a thread of the pool, at once where it is one already. What blocks or
/// computes there holds up nobody's connection.
/// </summary>
internal readonly struct PoolThread : ICriticalNotifyCompletion
{
    public static PoolThread Enter => default;

    public bool IsCompleted => Thread.CurrentThread.IsThreadPoolThread;

    public PoolThread GetAwaiter() => this;

    public void GetResult()
    {
        // Nothing comes of it but the thread.
    }

    public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static next => next(), continuation, preferLocal: false);

    public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static next => next(), continuation, preferLocal: false);
}
