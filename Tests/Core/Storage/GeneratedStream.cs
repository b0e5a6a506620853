using System.Security.Cryptography;

using ImageService.Core.Ingestion;

namespace ImageService.Tests.Core.Storage;

/// <summary>A body of any length that exists nowhere as a whole: read forward once, of unknown length to its reader.</summary>
internal sealed class GeneratedStream(long size) : ForwardStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    /// <summary>Called at each read.</summary>
    public Action Progress { get; set; } = () => { };

    /// <summary>SHA-256 of all that was read; asked once.</summary>
    public byte[] Hash() => _hash.GetHashAndReset();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Progress();
        var count = (int)Math.Min(buffer.Length, size - _position);
        var part = buffer.Span[..count];
        for (var i = 0; i < part.Length; i++)
            part[i] = (byte)((_position + i) * 31 >> 3);
        _hash.AppendData(part);
        _position += count;
        return ValueTask.FromResult(count);
    }

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}
