using System.Text.Json;
using System.Text.Json.Serialization;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>The secrets that sign a host's old URLs. Several may hold at once, as where they were rotated there.</summary>
/// <param name="Keys">Each may have signed.</param>
/// <param name="TokenKey">Cloudinary's key for expiring tokens, hex; null for none.</param>
public sealed record DialectKeys(IReadOnlyList<DialectKey> Keys, string? TokenKey)
{
    private const int MostKeys = 20;
    private const int LongestSecret = 512;

    public static DialectKeys None { get; } = new([], null);

    public bool IsEmpty => Keys.Count == 0 && TokenKey is null;

    /// <summary>
    /// Reads keys as the API takes them: imgproxy <c>[{key, salt, size?}]</c> in hex, thumbor and imgix <c>["…"]</c>, Cloudinary <c>[{secret, algorithm?,
    /// length?}]</c>.
    /// </summary>
    /// <returns>The keys, or <see cref="ErrorCode.InvalidRequest"/> that says what would be accepted and never what was sent.</returns>
    public static Result<DialectKeys> Read(UrlDialect dialect, JsonElement? keys, string? tokenKey)
    {
        if (tokenKey is not null && (dialect is not UrlDialect.Cloudinary || !IsHex(tokenKey)))
            return Refusal("tokenKey is Cloudinary's alone, an even number of hex digits");
        if (keys is not { ValueKind: not JsonValueKind.Null } given)
            return new DialectKeys([], tokenKey);
        if (given.ValueKind is not JsonValueKind.Array || given.GetArrayLength() > MostKeys)
            return Refusal($"keys are a list of at most {MostKeys}");
        List<DialectKey> read = [];
        foreach (var item in given.EnumerateArray())
        {
            if (ReadKey(dialect, item) is not { } key)
                return Refusal(Accepted(dialect));
            read.Add(key);
        }

        return new DialectKeys(read, tokenKey);
    }

    /// <summary>As it is sealed.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, DialectKeysJson.Default.DialectKeys);

    /// <summary>What <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It did not.</exception>
    public static DialectKeys OfJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, DialectKeysJson.Default.DialectKeys) ?? None;

    /// <summary>Never a secret.</summary>
    public override string ToString() => $"{Keys.Count} keys";

    private static string Accepted(UrlDialect dialect) => dialect switch
    {
        UrlDialect.Imgproxy => "keys are [{\"key\": hex, \"salt\": hex, \"size\": 1 to 32 bytes of the signature, or left out}]",
        UrlDialect.Thumbor or UrlDialect.Imgix => "keys are [\"secret\"]",
        UrlDialect.Cloudinary => "keys are [{\"secret\": text, \"algorithm\": \"sha1\" or \"sha256\", \"length\": 8 or 32}]",
        _ => "this dialect has no signatures: leave keys out",
    };

    private static DialectKey? ReadKey(UrlDialect dialect, JsonElement item) => dialect switch
    {
        UrlDialect.Thumbor or UrlDialect.Imgix =>
            item.ValueKind is JsonValueKind.String && IsSecret(item.GetString()) ? new DialectKey(item.GetString()!) : null,
        UrlDialect.Imgproxy => item.ValueKind is JsonValueKind.Object && OnlyHas(item, "key", "salt", "size") && Text(item, "key") is { } key && IsHex(key)
            && Text(item, "salt") is { } salt && IsHex(salt) && Number(item, "size", 32) is >= 1 and <= 32 and var size
            ? new DialectKey(key) { Salt = salt, Size = size }
            : null,
        UrlDialect.Cloudinary => item.ValueKind is JsonValueKind.Object && OnlyHas(item, "secret", "algorithm", "length") && IsSecret(Text(item, "secret"))
            && (Text(item, "algorithm") ?? "sha1") is "sha1" or "sha256" && Number(item, "length", 8) is 8 or 32
            && !(Number(item, "length", 8) == 32 && Text(item, "algorithm") is not "sha256")
            ? new DialectKey(Text(item, "secret")!) { IsSha256 = Text(item, "algorithm") is "sha256", Size = Number(item, "length", 8) }
            : null,
        _ => null,
    };

    private static bool OnlyHas(JsonElement item, params string[] names) =>
        item.EnumerateObject().All(member => names.Contains(member.Name, StringComparer.Ordinal));

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement item, string name, int otherwise) =>
        !item.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null ? otherwise
        : value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : -1;

    private static bool IsSecret(string? text) => text is { Length: > 0 and <= LongestSecret };

    private static bool IsHex(string text) => text.Length is > 0 and <= LongestSecret && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit);

    private static Error Refusal(string accepted) => new(ErrorCode.InvalidRequest, $"{char.ToUpperInvariant(accepted[0])}{accepted[1..]}.");
}

/// <summary>One secret.</summary>
/// <param name="Secret">imgproxy's key in hex; elsewhere text.</param>
public sealed record DialectKey(string Secret)
{
    /// <summary>imgproxy's salt, hex.</summary>
    public string? Salt { get; init; }

    /// <summary>How much of a signature is written: bytes for imgproxy, characters for Cloudinary.</summary>
    public int Size { get; init; }

    /// <summary>Cloudinary: SHA-256 in place of SHA-1.</summary>
    public bool IsSha256 { get; init; }

    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(DialectKey);
}

[JsonSerializable(typeof(DialectKeys))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class DialectKeysJson : JsonSerializerContext;
