using System.Text;

namespace ImageService.Api.ControlPlane.Hosts;

/// <summary>Reads comma-separated values (RFC 4180) record by record, bounded in size: quoted fields may hold commas, quotes (twice) and line ends.</summary>
internal sealed class CsvReader(TextReader text, long maxCharacters)
{
    private const int BufferSize = 16 * 1024;

    private readonly char[] _buffer = new char[BufferSize];
    private int _at;
    private int _length;
    private long _read;
    private int _next = 1;

    /// <summary>Where the last record began, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Whether more came than is taken; what follows was not read.</summary>
    public bool IsTooLarge => _read > maxCharacters;

    /// <summary>The next record; null after the last.</summary>
    public async ValueTask<string[]?> ReadAsync(CancellationToken ct)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        var (isQuoted, isAny) = (false, false);
        Line = _next;
        while (await TakeAsync(ct) is { } character)
        {
            isAny = true;
            if (character == '\n')
                _next++;
            if (isQuoted)
            {
                if (character != '"')
                    field.Append(character);
                else if (await PeekAsync(ct) == '"')
                    field.Append((await TakeAsync(ct))!.Value);
                else
                    isQuoted = false;
                continue;
            }

            switch (character)
            {
                case '"' when field.Length == 0:
                    isQuoted = true;
                    break;
                case ',':
                    fields.Add(field.ToString());
                    field.Clear();
                    break;
                case '\n':
                    return [.. fields, field.ToString().TrimEnd('\r')];
                default:
                    field.Append(character);
                    break;
            }
        }

        return isAny ? [.. fields, field.ToString().TrimEnd('\r')] : null;
    }

    private async ValueTask<char?> TakeAsync(CancellationToken ct)
    {
        var next = await PeekAsync(ct);
        if (next is not null)
            (_at, _read) = (_at + 1, _read + 1);
        return next;
    }

    private async ValueTask<char?> PeekAsync(CancellationToken ct)
    {
        if (_at < _length)
            return _buffer[_at];
        if (IsTooLarge)
            return null;
        (_at, _length) = (0, await text.ReadAsync(_buffer, ct));
        return _length == 0 ? null : _buffer[0];
    }
}
