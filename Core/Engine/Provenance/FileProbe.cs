namespace ImageService.Core.Engine.Provenance;

/// <summary>
/// A few bytes of a file wherever its structure leads, a bounded number of times: lengths come from strangers, and a file is never read as a whole.
/// </summary>
internal sealed class FileProbe(Stream file)
{
    /// <summary>Reads that are made at most: a photograph takes ten, a PNG of 100 MB in chunks of 8 KB 13,000.</summary>
    public const int MostReads = 1 << 16;

    private int _reads;

    public long Length { get; } = file.Length;

    /// <summary>Fills the span from an offset.</summary>
    /// <returns>False where the file has not as many bytes there, or was asked too often.</returns>
    public bool TryRead(long at, Span<byte> bytes)
    {
        if (at < 0 || at > Length - bytes.Length || _reads == MostReads)
            return false;
        _reads++;
        file.Position = at;
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
    }
}
