using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Api.Http;

/// <summary>
/// Reads a member of any shape and refuses it where a name or a text in it is no Unicode (invalid UTF-8, half a surrogate pair): such a text
/// fails only when somebody asks for it, and then as a bug.
/// </summary>
internal sealed class SoundJsonConverter : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var element = JsonElement.ParseValue(ref reader);
        return IsSound(element) ? element : throw new JsonException("A text is not valid Unicode.");
    }

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);

    private static bool IsSound(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(static member => IsText(member, static held => held.Name) && IsSound(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(IsSound),
        JsonValueKind.String => IsText(value, static held => held.GetString()),
        _ => true,
    };

    private static bool IsText<T>(T held, Func<T, string?> read)
    {
        try
        {
            return read(held) is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
