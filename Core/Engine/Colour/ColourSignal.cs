using System.Buffers.Binary;
using ImageService.Core.Engine.Stripping;

namespace ImageService.Core.Engine.Colour;

/// <summary>
/// What a file says of its colours without an ICC profile: PNG's cICP, else gAMA and cHRM (third edition, 4.3), AVIF's and HEIC's nclx (ISO/IEC 14496-12,
/// 12.1.5).
/// Comes from strangers: what makes no sense says nothing.
/// </summary>
/// <param name="Primaries">Of the three values.</param>
/// <param name="Curve">Of each value.</param>
/// <param name="Peak">Brightest light of the picture, 1 is a page's white; matters for high dynamic range alone.</param>
internal sealed record ColourSignal(Primaries Primaries, TransferCurve Curve, double Peak)
{
    private const int MaxChunks = 10_000;
    private const int MaxMetaBytes = 4 << 20;
    private const double UsualPeak = 1000;
    private const double GammaScale = 100_000;

    // 1/2.2, which everybody wrote for sRGB.
    private const uint SrgbGamma = 45_455;

    /// <summary>Code points of ITU-T H.273 that say the same; null where no code says it.</summary>
    public (byte Primaries, byte Transfer)? Codes { get; private init; }

    /// <summary>Reads a file's own words. Null where it says sRGB or nothing.</summary>
    /// <param name="file">From its beginning; left anywhere.</param>
    /// <param name="format">By content.</param>
    public static ColourSignal? Read(Stream file, OriginalFormat format) => format switch
    {
        OriginalFormat.Png => ReadPng(file),
        OriginalFormat.Avif or OriginalFormat.Heic => ReadHeif(file),
        _ => null,
    };

    private static ColourSignal? OfCodes(int primaries, int transfer, double peakNits)
    {
        if (Colour.Primaries.OfCode(primaries) is null && TransferCurve.OfCode(transfer) is null)
            return null;
        var (space, curve) = (Colour.Primaries.OfCode(primaries) ?? Colour.Primaries.Srgb, TransferCurve.OfCode(transfer) ?? TransferCurve.Srgb);
        return space == Colour.Primaries.Srgb && curve == TransferCurve.Srgb
            ? null
            : new ColourSignal(space, curve,
                Math.Max(peakNits, TransferCurve.PaperWhite * 1.01) / TransferCurve.PaperWhite)
            { Codes = ((byte)primaries, (byte)transfer) };
    }

    // All that matters comes before the pixels.
    private static ColourSignal? ReadPng(Stream file)
    {
        (byte Primaries, byte Transfer)? codes = null;
        var isSrgb = false;
        var gamma = 0u;
        Primaries? chromaticities = null;
        var peak = UsualPeak;
        Span<byte> head = stackalloc byte[8];
        Span<byte> body = stackalloc byte[32];
        file.Position = 8;
        for (var chunks = 0; chunks < MaxChunks && file.ReadAtLeast(head, 8, throwOnEndOfStream: false) == 8; chunks++)
        {
            var next = file.Position + BinaryPrimitives.ReadUInt32BigEndian(head) + 4;
            var type = head[4..];
            if (type.SequenceEqual("IDAT"u8) || type.SequenceEqual("IEND"u8) || next > file.Length)
                break;
            var read = body[..(int)Math.Min(32, BinaryPrimitives.ReadUInt32BigEndian(head))];
            file.ReadExactly(read);
            if (type.SequenceEqual("cICP"u8) && read.Length >= 4)
                codes = (read[0], read[1]);
            else if (type.SequenceEqual("sRGB"u8) || type.SequenceEqual("iCCP"u8))
                isSrgb = true;
            else if (type.SequenceEqual("gAMA"u8) && read.Length >= 4)
                gamma = BinaryPrimitives.ReadUInt32BigEndian(read);
            else if (type.SequenceEqual("cHRM"u8) && read.Length >= 32)
                chromaticities = ReadChromaticities(read);
            else if (type.SequenceEqual("cLLI"u8) && read.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(read) is > 0 and var content)
                peak = content / 10_000.0;
            file.Position = next;
        }

        if (codes is { } said)
            return OfCodes(said.Primaries, said.Transfer, peak);

        // As browsers do: chromaticities alone say nothing, and 1/2.2 alone is sRGB.
        if (isSrgb || gamma is < 1000 or > 1_000_000 || (chromaticities is null && gamma == SrgbGamma))
            return null;
        return new ColourSignal(chromaticities ?? Colour.Primaries.Srgb, new PowerCurve(GammaScale / gamma), 1);
    }

    // White, red, green, blue.
    private static Primaries? ReadChromaticities(ReadOnlySpan<byte> body)
    {
        var values = new double[8];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadUInt32BigEndian(body[(i * 4)..]) / GammaScale;
        var primaries = new Primaries
        {
            Rx = values[2],
            Ry = values[3],
            Gx = values[4],
            Gy = values[5],
            Bx = values[6],
            By = values[7],
            Wx = values[0],
            Wy = values[1],
        };
        return Array.TrueForAll(values, value => value <= 1) && primaries.AreUsable ? primaries : null;
    }

    private static ColourSignal? ReadHeif(Stream file)
    {
        Span<byte> head = stackalloc byte[16];
        for (long at = 0; at + 8 <= file.Length;)
        {
            file.Position = at;
            head.Clear();
            if (file.ReadAtLeast(head, 16, throwOnEndOfStream: false) < 8)
                return null;
            ulong size = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (size == 1)
                size = BinaryPrimitives.ReadUInt64BigEndian(head[8..]);
            else if (size == 0)
                size = (ulong)(file.Length - at);
            if (size < 8 || size > (ulong)(file.Length - at))
                return null;
            if (head[4..8].SequenceEqual("meta"u8))
            {
                if (size > MaxMetaBytes)
                    return null;
                var meta = new byte[size];
                file.Position = at;
                file.ReadExactly(meta);
                return AvifBox.TryRead(meta, 0, meta.Length, out var box) ? ReadProperties(meta, box.Body + 4, box.End) : null;
            }

            at += (long)size;
        }

        return null;
    }

    private static ColourSignal? ReadProperties(ReadOnlySpan<byte> meta, int start, int end)
    {
        if (!TryFind(meta, start, end, "iprp"u8, out var properties) || !TryFind(meta, properties.Body, properties.End, "ipco"u8, out var container))
            return null;
        var peak = UsualPeak;
        (int Primaries, int Transfer)? codes = null;
        for (var at = container.Body; at < container.End && AvifBox.TryRead(meta, at, container.End, out var box); at = box.End)
        {
            var body = meta[box.Body..box.End];
            if (box.Is("colr"u8) && codes is null && body.Length >= 10 && body.StartsWith("nclx"u8))
                codes = (BinaryPrimitives.ReadUInt16BigEndian(body[4..]), BinaryPrimitives.ReadUInt16BigEndian(body[6..]));
            else if (box.Is("clli"u8) && body.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(body) is > 0 and var content)
                peak = content;
        }

        return codes is { } said ? OfCodes(said.Primaries, said.Transfer, peak) : null;
    }

    private static bool TryFind(ReadOnlySpan<byte> file, int start, int end, ReadOnlySpan<byte> type, out AvifBox found)
    {
        for (var at = start; at < end && AvifBox.TryRead(file, at, end, out found); at = found.End)
        {
            if (found.Is(type))
                return true;
        }

        found = default;
        return false;
    }
}
