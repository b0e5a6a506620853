using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Api.Http;

/// <summary>
/// Hashes a request body while it is read, without keeping it. The boundary of a multipart body is left out: clients draw a new one for each attempt.
/// </summary>
internal sealed class BodyFingerprint : Stream
{
    private readonly Stream _inner;
    private readonly byte[] _boundary;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _carry = [];
    private bool _ended;

    public BodyFingerprint(Stream inner, string? boundary) => (_inner, _boundary) = (inner, Encoding.UTF8.GetBytes(boundary ?? ""));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads what the handler left unread, up to a bound, and tells the hash of the whole body, base64url; null where the body goes on.</summary>
    /// <param name="most">Bytes of the body in all, at most.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<string?> FinishAsync(long most, CancellationToken ct)
    {
        var rest = new byte[16 * 1024];
        while (!_ended)
        {
            if (await ReadAsync(rest, ct) > 0 && BytesRead > most)
                return null;
        }

        _hash.AppendData(_carry);
        _carry = [];
        return Base64Url.EncodeToString(_hash.GetCurrentHash());
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _inner.ReadAsync(buffer, cancellationToken);
        BytesRead += read;
        _ended |= read == 0 && buffer.Length > 0;
        Note(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The body is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Note(ReadOnlySpan<byte> bytes)
    {
        if (_boundary.Length == 0)
        {
            _hash.AppendData(bytes);
            return;
        }

        // The last bytes of a piece may be the beginning of a boundary: they wait for the next piece.
        byte[] joined = [.. _carry, .. bytes];
        var rest = joined.AsSpan();
        for (var at = rest.IndexOf(_boundary); at >= 0; at = rest.IndexOf(_boundary))
        {
            _hash.AppendData(rest[..at]);
            rest = rest[(at + _boundary.Length)..];
        }

        var kept = Math.Min(rest.Length, _boundary.Length - 1);
        _hash.AppendData(rest[..^kept]);
        _carry = rest[^kept..].ToArray();
    }
}
