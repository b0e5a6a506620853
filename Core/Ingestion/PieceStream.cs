namespace ImageService.Core.Ingestion;

/// <summary>
/// A piece of a body: ends after so many bytes, after some time, at the body's end, or where the sender breaks off. What had arrived by then is a piece like
/// any other, so that a resumed upload continues from the last byte that came; should this process die, from the last piece.
/// </summary>
internal sealed class PieceStream(Stream body, long length, TimeSpan longest, TimeProvider time, Action<ReadOnlySpan<byte>> passed, CancellationToken sender)
    : ForwardStream
{
    private readonly long _began = time.GetTimestamp();
    private long _remaining = length;
    private bool _hasSome;

    /// <summary>Whether the body has ended, one way or the other.</summary>
    public bool BodyEnded { get; private set; }

    /// <summary>Whether the sender broke off.</summary>
    public bool BrokenOff { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_remaining == 0 || BodyEnded || (_hasSome && time.GetElapsedTime(_began) >= longest))
            return 0;
        int read;
        try
        {
            read = await body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _remaining)], sender);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            BodyEnded = BrokenOff = true;
            return 0;
        }

        BodyEnded = read == 0;
        _remaining -= read;
        _hasSome = true;
        passed(buffer.Span[..read]);
        return read;
    }
}
