using System.Security.Cryptography;

namespace ImageService.Core.Ingestion;

/// <summary>
/// Hashes and counts what passes through it, once, and ends early one byte past a limit: <see cref="LimitExceeded"/> then tells why, and no more is read
/// from a sender that would never stop. Can write what passes to a second place meanwhile.
/// </summary>
/// <param name="source">Where the bytes come from; not owned.</param>
/// <param name="limit">Most bytes accepted.</param>
/// <param name="copy">Gets every byte too; not owned. Null for none.</param>
internal sealed class MeasuredStream(Stream source, long limit, Stream? copy = null) : ForwardStream
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes passed so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the source held more than the limit; the hash is then of no use.</summary>
    public bool LimitExceeded { get; private set; }

    /// <summary>SHA-256 of everything that passed, 64 lower-case hex digits.</summary>
    public string ContentHash => Convert.ToHexStringLower(_sha256.GetCurrentHash());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (LimitExceeded)
            return 0;
        var read = await source.ReadAsync(buffer, cancellationToken);
        if (Count + read > limit)
        {
            LimitExceeded = true;
            return 0;
        }

        Count += read;
        _sha256.AppendData(buffer.Span[..read]);
        if (copy is not null)
            await copy.WriteAsync(buffer[..read], cancellationToken);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _sha256.Dispose();
        base.Dispose(disposing);
    }
}
