using System.Net.Sockets;

namespace ImageService.Api.Http;

/// <summary>
/// Hands pieces of memory to a socket by one call, wherever they lie, and goes on until it has taken the last byte or fails. One at a time. Most often the
/// socket takes everything at once, on the thread that asks.
/// </summary>
/// <param name="socket">Of the client.</param>
/// <param name="ended">Called where a send that had to wait has ended: on a thread that waits for sockets, so it must be short.</param>
internal sealed class GatheredSend(Socket socket, Action ended) : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true)
{
    /// <summary>Linux takes 1024 in one call; so many are 4 MB of full blocks.</summary>
    private const int MostPieces = 64;

    private readonly List<ArraySegment<byte>> _asked = [];
    private List<Piece> _pieces = [];
    private int _piece;
    private int _offset;

    /// <summary>Whether the socket takes no more: the client is gone, or the connection was aborted.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Sends pieces, which stay the caller's but must not change until the end.</summary>
    /// <returns>True: it has ended. False: it waits for the client, and <c>ended</c> will be called.</returns>
    public bool TrySend(List<Piece> pieces)
    {
        (_pieces, _piece, _offset) = (pieces, 0, 0);
        return Continue();
    }

    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        Note();
        if (Continue())
            ended();
    }

    private bool Continue()
    {
        while (!HasFailed && _piece < _pieces.Count)
        {
            Ask();
            try
            {
                if (socket.SendAsync(this))
                    return false;
            }
            catch (ObjectDisposedException)
            {
                HasFailed = true;
            }

            Note();
        }

        return true;
    }

    private void Ask()
    {
        if (_piece == _pieces.Count - 1)
        {
            SetBuffer(Rest());
            return;
        }

        _asked.Add(Rest());
        for (var next = _piece + 1; next < _pieces.Count && _asked.Count < MostPieces; next++)
            _asked.Add(_pieces[next].Bytes);
        BufferList = _asked;
    }

    private ArraySegment<byte> Rest() => _pieces[_piece].Bytes[_offset..];

    /// <summary>Takes note of what was sent, and forgets it: an idle connection keeps nothing alive.</summary>
    private void Note()
    {
        var sent = HasFailed ? 0 : BytesTransferred;
        HasFailed |= SocketError is not SocketError.Success || sent == 0;
        if (BufferList is null)
            SetBuffer(null, 0, 0);
        BufferList = null;
        _asked.Clear();
        while (sent > 0)
        {
            var taken = Math.Min(sent, _pieces[_piece].Bytes.Count - _offset);
            sent -= taken;
            _offset += taken;
            if (_offset == _pieces[_piece].Bytes.Count)
                (_piece, _offset) = (_piece + 1, 0);
        }
    }
}

/// <summary>Bytes on their way to a client; never none.</summary>
/// <param name="Bytes">Where they lie.</param>
/// <param name="Block">What is given back when they are sent; null where they are not of the connection's own memory.</param>
internal readonly record struct Piece(ArraySegment<byte> Bytes, IDisposable? Block);
