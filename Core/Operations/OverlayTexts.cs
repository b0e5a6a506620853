using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace ImageService.Core.Operations;

/// <summary>Texts that a URL gives to the variables of its overlays (operations <c>t1</c> to <c>t9</c>). Immutable; equal by value.</summary>
public sealed class OverlayTexts : IEquatable<OverlayTexts>
{
    /// <summary>How many variables there are.</summary>
    public const int Count = 9;

    /// <summary>Longest text, bytes of UTF-8.</summary>
    public const int MaxBytes = 200;

    private const int DigestDigits = 16;
    private const int MaxCharacters = (MaxBytes * 4 / 3) + 1;

    private readonly string?[] _texts;

    private OverlayTexts(string?[] texts) => _texts = texts;

    /// <summary>The text of a variable, 1 to 9; null where it was not said.</summary>
    public string? this[int number] => _texts[number - 1];

    /// <summary>Those given, by number from 1; null where none is.</summary>
    internal static OverlayTexts? Of(string?[] texts) => Array.TrueForAll(texts, static text => text is null) ? null : new OverlayTexts(texts);

    /// <summary>One text.</summary>
    public static OverlayTexts Of(int number, string text)
    {
        var texts = new string?[Count];
        texts[number - 1] = text;
        return new OverlayTexts(texts);
    }

    /// <summary>These over others: a text said in both is this one's.</summary>
    public OverlayTexts Over(OverlayTexts? beneath) =>
        beneath is null ? this : new OverlayTexts([.. _texts.Select((text, index) => text ?? beneath._texts[index])]);

    /// <summary>Those whose number is wanted; null where none is left.</summary>
    public OverlayTexts? Only(Func<int, bool> wanted) => Of([.. _texts.Select((text, index) => wanted(index + 1) ? text : null)]);

    /// <summary>The value of a variable in a URL: base64url without padding, <c>~</c> in place of <c>-</c>, which separates operations.</summary>
    public static string Write(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text)).Replace('-', '~');

    /// <summary>What stands for a text in the canonical form: the first 16 hex digits of the SHA-256 of its UTF-8.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..DigestDigits];

    public bool Equals(OverlayTexts? other) => other is not null && _texts.AsSpan().SequenceEqual(other._texts);

    public override bool Equals(object? obj) => Equals(obj as OverlayTexts);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var text in _texts)
            hash.Add(text, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    /// <summary>Reads a variable's value; null unless it is the one spelling of at most 200 bytes of UTF-8 without control characters but line feeds.</summary>
    internal static string? Read(ReadOnlySpan<char> value)
    {
        if (value.Length > MaxCharacters || value.Contains('-'))
            return null;
        Span<char> url = stackalloc char[MaxCharacters];
        value.Replace(url, '~', '-');
        Span<byte> bytes = stackalloc byte[MaxCharacters];
        url = url[..value.Length];
        if (!Base64Url.IsValid(url) || url.Contains('=') || !Base64Url.TryDecodeFromChars(url, bytes, out var length) || length > MaxBytes
            || !Utf8.IsValid(bytes[..length]))
            return null;
        var text = Encoding.UTF8.GetString(bytes[..length]);
        foreach (var character in text)
        {
            if (char.IsControl(character) && character != '\n')
                return null;
        }

        return value.SequenceEqual(Write(text)) ? text : null;
    }
}
