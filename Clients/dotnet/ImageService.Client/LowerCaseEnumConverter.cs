using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Client;

/// <summary>Members of an enumeration by their names in lower case, as the API and URLs have them.</summary>
internal sealed class LowerCaseEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && reader.GetString() is { } text && Enum.GetValues<T>().Where(value => Name(value) == text)
            .ToArray() is [var found]
            ? found
            : throw new JsonException($"One of {string.Join(", ", Enum.GetValues<T>().Select(Name))} is expected.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Name(value));

    private static string Name(T value) => value.ToString().ToLowerInvariant();
}
