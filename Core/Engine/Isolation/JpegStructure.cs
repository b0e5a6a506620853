namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// What a JPEG's markers say of the work and memory that decoding it takes (ITU-T T.81, annex B). A progressive one is decoded scan by scan over all of its
/// coefficients, which are held meanwhile: a file of a few kilobytes may ask for hundreds of passes over a hundred megapixels.
/// </summary>
/// <param name="IsProgressive">SOF2; sequential files hold a few lines.</param>
/// <param name="Scans">SOS markers.</param>
/// <param name="CoefficientBytes">All coefficients of all components, two bytes each.</param>
internal sealed record JpegStructure(bool IsProgressive, int Scans, long CoefficientBytes)
{
    private const int Prefix = 0xFF;
    private const int BufferBytes = 64 << 10;
    private const int BytesPerCoefficient = 2;

    /// <summary>Pixels × passes over them.</summary>
    /// <param name="pixels">Width × height.</param>
    public long Work(long pixels) => IsProgressive ? pixels * Math.Max(1, Scans) : pixels;

    /// <summary>Reads a file to its end in bounded memory; what is broken is left to the decoder to tell.</summary>
    public static JpegStructure Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        return Read(file);
    }

    /// <summary>The same from where a stream stands.</summary>
    public static JpegStructure Read(Stream file)
    {
        var (progressive, scans, coefficients) = (false, 0, 0L);
        foreach (var marker in new Markers(file))
        {
            switch (marker.Code)
            {
                case 0xDA:
                    scans++;
                    break;
                case 0xC0 or 0xC1 or 0xC2 when coefficients == 0:
                    (progressive, coefficients) = (marker.Code == 0xC2, Coefficients(marker.Content));
                    break;
            }
        }

        return new JpegStructure(progressive, scans, coefficients);
    }

    // B.2.2: precision, height, width, number of components, and for each its identifier, sampling factors and table.
    private static long Coefficients(byte[] frame)
    {
        if (frame.Length < 6 || frame.Length < 6 + (frame[5] * 3))
            return 0;
        var (height, width) = ((frame[1] << 8) | frame[2], (frame[3] << 8) | frame[4]);
        var components = Enumerable.Range(0, frame[5]).Select(i => frame[7 + (i * 3)]).Select(factors => (Across: factors >> 4, Down: factors & 15)).ToList();
        var (across, down) = (components.Max(one => one.Across), components.Max(one => one.Down));
        return across == 0 || down == 0
            ? 0
            : components.Sum(one => (long)Padded(width, one.Across, across) * Padded(height, one.Down, down)) * BytesPerCoefficient;
    }

    private static int Padded(int side, int factor, int most) => (((side * factor) + most - 1) / most + 15) & ~15;

    private readonly record struct Marker(int Code, byte[] Content);

    /// <summary>The markers of a file in order, restart markers left out; contents only of frame headers.</summary>
    private sealed class Markers(Stream file)
    {
        private readonly byte[] _buffer = new byte[BufferBytes];
        private int _position;
        private int _length;

        public IEnumerator<Marker> GetEnumerator()
        {
            while (Find() is { } code)
            {
                // Without a length: TEM, RST0 to RST7, SOI, EOI, and the stuffed zero of coded data.
                if (code is 0 or 1 or (>= 0xD0 and <= 0xD9))
                    continue;
                if (Next() is not { } high || Next() is not { } low || ((high << 8) | low) - 2 is not (>= 0 and var left))
                    yield break;
                var content = new byte[code is >= 0xC0 and <= 0xC2 ? left : 0];
                for (var i = 0; i < left; i++)
                {
                    if (Next() is not { } value)
                        yield break;
                    if (i < content.Length)
                        content[i] = (byte)value;
                }

                yield return new Marker(code, content);
            }
        }

        // The code after the next prefix; a prefix may be repeated to fill.
        private int? Find()
        {
            while (true)
            {
                var found = _buffer.AsSpan(_position, _length - _position).IndexOf((byte)Prefix);
                if (found >= 0)
                {
                    _position += found + 1;
                    break;
                }

                if (!Fill())
                    return null;
            }

            int? code;
            do
                code = Next();
            while (code == Prefix);
            return code;
        }

        private int? Next() => _position < _length || Fill() ? _buffer[_position++] : null;

        private bool Fill()
        {
            (_position, _length) = (0, file.Read(_buffer));
            return _length > 0;
        }
    }
}
