namespace ImageService.Core.Engine.Stripping;

/// <summary>A file as it will be: parts of another one, in order, and between them bytes that are not in it. Holds none of the other's bytes.</summary>
internal sealed class FilePieces
{
    private readonly List<Piece> _pieces = [];
    private bool _isMarked;

    /// <summary>Bytes in all.</summary>
    public long Length { get; private set; }

    /// <summary>Pieces so far.</summary>
    public int Count => _pieces.Count;

    public IReadOnlyList<Piece> All => _pieces;

    /// <summary>Takes over a part of the other file.</summary>
    public void Keep(int offset, int length)
    {
        if (length == 0)
            return;
        Length += length;
        if (!_isMarked && _pieces is [.., { Bytes: null } last] && last.Offset + last.Length == offset)
            _pieces[^1] = last with { Length = last.Length + length };
        else
            _pieces.Add(new Piece(offset, length, null));
        _isMarked = false;
    }

    /// <summary>Adds bytes of its own.</summary>
    public void Add(byte[] bytes) => Insert(_pieces.Count, bytes);

    /// <summary>Puts bytes before a piece that has begun with <see cref="Mark"/>.</summary>
    public void Insert(int index, byte[] bytes)
    {
        if (bytes.Length == 0)
            return;
        Length += bytes.Length;
        _pieces.Insert(index, new Piece(0, bytes.Length, bytes));
    }

    /// <summary>Appends all pieces of another.</summary>
    public void Add(FilePieces other)
    {
        foreach (var piece in other._pieces)
        {
            if (piece.Bytes is null)
                Keep(piece.Offset, piece.Length);
            else
                Add(piece.Bytes);
        }
    }

    /// <summary>What comes next is a piece by itself.</summary>
    /// <returns>Its index.</returns>
    public int Mark()
    {
        _isMarked = true;
        return _pieces.Count;
    }

    /// <summary>Whether the file stays as it is.</summary>
    public bool AreAllOf(long length)
    {
        var at = 0L;
        foreach (var piece in _pieces)
        {
            if (piece.Bytes is not null || piece.Offset != at)
                return false;
            at += piece.Length;
        }

        return at == length;
    }

    /// <summary>Puts the new file together.</summary>
    /// <param name="file">The other one.</param>
    public byte[] Of(ReadOnlySpan<byte> file)
    {
        var whole = GC.AllocateUninitializedArray<byte>((int)Length);
        var at = 0;
        foreach (var piece in _pieces)
        {
            var bytes = piece.Bytes is null ? file.Slice(piece.Offset, piece.Length) : piece.Bytes;
            bytes.CopyTo(whole.AsSpan(at));
            at += piece.Length;
        }

        return whole;
    }

    /// <param name="Offset">In the other file.</param>
    /// <param name="Length">Bytes.</param>
    /// <param name="Bytes">Its own; null for a part of the other file.</param>
    internal readonly record struct Piece(int Offset, int Length, byte[]? Bytes);
}
