using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ImageService.Core.Registry;

/// <summary>
/// An asset's UUIDv7, shown as 26 characters of Crockford base32 (the text form of a ULID, github.com/ulid/spec):
/// any case in, upper case out; I and L read as 1, O as 0; U and a value above 128 bits are refused.
/// </summary>
public readonly record struct AssetId(Guid Value)
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static AssetId New() => new(Guid.CreateVersion7());

    /// <summary>26 upper-case characters.</summary>
    public override string ToString() => string.Create(26, Value, static (text, value) =>
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(uint)(bits & 31)];
            bits >>= 5;
        }
    });

    /// <summary>Reads 26 characters of Crockford base32; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AssetId id) => TryParse(text.AsSpan(), out id);

    /// <inheritdoc cref="TryParse(string, out AssetId)"/>
    public static bool TryParse(ReadOnlySpan<char> text, out AssetId id)
    {
        id = default;
        if (text.Length != 26 || text[0] > '7')
            return false;
        UInt128 bits = 0;
        foreach (var character in text)
        {
            var digit = Digit(character);
            if (digit < 0)
                return false;
            bits = (bits << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        id = new AssetId(new Guid(bytes, bigEndian: true));
        return true;
    }

    private static int Digit(char character) => char.ToUpperInvariant(character) switch
    {
        >= '0' and <= '9' => character - '0',
        'I' or 'L' => 1,
        'O' => 0,
        'U' => -1,
        var letter and >= 'A' and <= 'Z' => Alphabet.IndexOf(letter, StringComparison.Ordinal),
        _ => -1,
    };
}
