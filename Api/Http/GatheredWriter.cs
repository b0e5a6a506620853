using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace ImageService.Api.Http;

/// <summary>
/// A connection's output in place of the server's pipe: a flush is one send of all that was written since the last, on the thread that asks, and ends when
/// the socket has taken it, so that nobody writes faster than the client reads. Who had to wait goes on at a thread of the pool: that a client has taken bytes
/// is learnt on a thread that waits for all sockets. Memory that others read, too, is sent from where it lies (<see cref="TryLend"/>).
/// </summary>
/// <remarks>
/// As with every <see cref="PipeWriter"/> one writes at a time; <see cref="CancelPendingFlush"/> may be called by others. A cancelled flush stops the waiting
/// alone: what was handed over is sent, and the next flush waits for it. A client that is gone is told by <see cref="FlushResult.IsCompleted"/>.
/// </remarks>
internal sealed class GatheredWriter : PipeWriter, IValueTaskSource<FlushResult>, IAsyncDisposable
{
    private readonly GatheredSend _send;
    private readonly Lock _lock = new();

    // Of the one who writes.
    private readonly UnflushedOutput _unflushed;
    private Memory<byte> _lent;
    private bool _isLendTaken;
    private bool _isCompleted;

    // Of the send under way, and what was flushed behind one whose flush was cancelled.
    private List<Piece> _sending = [];
    private List<Piece>? _queued;

    // Under the lock.
    private bool _isSending;
    private bool _isOver;
    private bool _isWaiting;
    private bool _isCancelAsked;
    private TaskCompletionSource? _idle;

    private ManualResetValueTaskSourceCore<FlushResult> _flush = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _giveUp;

    public GatheredWriter(Socket socket, MemoryPool<byte> blocks)
    {
        _unflushed = new UnflushedOutput(blocks);
        _send = new GatheredSend(socket, SendOn);
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed.Length;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_lent.Length > 0 && sizeHint == _lent.Length)
        {
            _isLendTaken = true;
            return _lent;
        }

        ThrowIfCompleted();
        return _unflushed.Next(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        ThrowIfCompleted();
        return _unflushed.Next(sizeHint).Span;
    }

    /// <exception cref="ArgumentOutOfRangeException">Not so many bytes were given.</exception>
    public override void Advance(int bytes)
    {
        if (!_isLendTaken)
        {
            _unflushed.Advance(bytes);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)_lent.Length, nameof(bytes));
        _unflushed.Append(_lent[..bytes]);
        (_lent, _isLendTaken) = (default, false);
    }

    /// <summary>Headers that come next, and a body that is copied behind them, lie in one block: one piece is less work to send than two.</summary>
    public void ExpectBody()
    {
        ThrowIfCompleted();
        _unflushed.Next(ConnectionBlocks.LeastOfLarge);
    }

    /// <summary>
    /// Makes memory the next bytes of an answer as if they were copied. It is read until the flush has ended, perhaps long after the caller has let go of it: it
    /// must never change and be the collector's own.
    /// </summary>
    /// <param name="bytes">What comes next.</param>
    /// <param name="body">The answer's writer, which has to lead here, and whose answer has begun.</param>
    /// <returns>False, and nothing has happened: they are few enough to be copied behind what was written last, or the body's writer leads elsewhere.</returns>
    public bool TryLend(ReadOnlyMemory<byte> bytes, PipeWriter body)
    {
        if (bytes.Length <= _unflushed.Room || !MemoryMarshal.TryGetArray(bytes, out _))
            return false;
        _lent = MemoryMarshal.AsMemory(bytes);
        try
        {
            // What stands between may have memory of its own, or ask for more than was said.
            if (!body.GetMemory(bytes.Length).Equals(_lent))
                return false;
            body.Advance(bytes.Length);
            return true;
        }
        finally
        {
            (_lent, _isLendTaken) = (default, false);
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        ThrowIfCompleted();
        Send();
        lock (_lock)
        {
            if (_isCancelAsked || !_isSending)
            {
                var result = new FlushResult(_isCancelAsked, _isOver);
                _isCancelAsked = false;
                return ValueTask.FromResult(result);
            }

            if (_isWaiting)
                throw new InvalidOperationException("Another flush waits already.");
            _isWaiting = true;
            _flush.Reset();
        }

        _giveUp = cancellationToken.UnsafeRegister(static (writer, token) => ((GatheredWriter)writer!).GiveUp(token), this);
        return new ValueTask<FlushResult>(this, _flush.Version);
    }

    public override void CancelPendingFlush()
    {
        lock (_lock)
        {
            if (!_isWaiting)
            {
                _isCancelAsked = true;
                return;
            }

            _isWaiting = false;
        }

        _flush.SetResult(new FlushResult(isCanceled: true, isCompleted: false));
    }

    /// <summary>Sends what is left, or drops it where the writer failed. <see cref="CompleteAsync"/> waits until it is sent.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        if (exception is null)
            Send();
        else
            Release(_unflushed.Take([]));
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        Complete(exception);
        Task? idle;
        lock (_lock)
            idle = _isSending ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : null;
        if (idle is not null)
            await idle;
        _send.Dispose();
    }

    public ValueTask DisposeAsync() => CompleteAsync();

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        _giveUp.Dispose();
        _giveUp = default;
        return _flush.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _flush.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _flush.OnCompleted(continuation, state, token, flags);

    private static void Release(List<Piece> pieces)
    {
        foreach (var piece in pieces)
            piece.Block?.Dispose();
        pieces.Clear();
    }

    private void Send()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                Release(_unflushed.Take([]));
                return;
            }

            if (_isSending)
            {
                (_queued ??= []).AddRange(_unflushed.Take([]));
                return;
            }

            _sending = _unflushed.Take(_sending);
            if (_sending.Count == 0)
                return;
            _isSending = true;
        }

        if (_send.TrySend(_sending))
            SendOn();
    }

    /// <summary>After the end of a send: the next, or the word to who waits.</summary>
    private void SendOn()
    {
        bool wasWaited;
        TaskCompletionSource? idle;
        do
        {
            Release(_sending);
            lock (_lock)
            {
                _isOver |= _send.HasFailed;
                if (_isOver && _queued is not null)
                    Release(_queued);
                if (_queued is not { Count: > 0 } queued)
                {
                    (wasWaited, idle) = (_isWaiting, _idle);
                    (_isWaiting, _isSending) = (false, false);
                    break;
                }

                (_queued, _sending) = (_sending, queued);
            }

            if (!_send.TrySend(_sending))
                return;
        }
        while (true);

        if (wasWaited)
            _flush.SetResult(new FlushResult(isCanceled: false, _isOver));
        idle?.TrySetResult();
    }

    private void GiveUp(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_isWaiting)
                return;
            _isWaiting = false;
        }

        _flush.SetException(new OperationCanceledException(cancellationToken));
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
            throw new InvalidOperationException("Nothing is written after the end.");
    }
}
