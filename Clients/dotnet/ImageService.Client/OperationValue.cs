using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Client;

/// <summary>
/// A number, a word that the operation knows (<c>auto</c>, <c>eco</c>, <c>max</c>), or several joined by <c>,</c>: what stands after an
/// operation's name in a URL.
/// </summary>
/// <param name="Text">As in the URL.</param>
[JsonConverter(typeof(OperationValueConverter))]
public readonly record struct OperationValue(string Text)
{
    public static implicit operator OperationValue(int number) => new(number.ToString(CultureInfo.InvariantCulture));

    public static implicit operator OperationValue(double number) => new(number.ToString(Pattern, CultureInfo.InvariantCulture));

    public static implicit operator OperationValue(string text) => new(text);

    /// <summary>Several numbers. Where one is a fraction all are written with a point, as <c>crop</c> asks.</summary>
    public static implicit operator OperationValue(double[] numbers) => Of(numbers);

    public static implicit operator OperationValue(int[] numbers) =>
        new(string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))));

    public static implicit operator OperationValue(string[] texts) => new(string.Join(',', texts));

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static OperationValue Of(params ReadOnlySpan<double> numbers)
    {
        var fractions = false;
        foreach (var number in numbers)
            fractions |= number % 1 != 0;
        var texts = new string[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            texts[i] = numbers[i].ToString(fractions ? "0.0#####" : Pattern, CultureInfo.InvariantCulture);
        return texts;
    }

    public override string ToString() => Text;

    private const string Pattern = "0.######";
}

/// <summary>JSON has a number, a text or an array of either.</summary>
internal sealed class OperationValueConverter : JsonConverter<OperationValue>
{
    public override OperationValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetDouble(),
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.StartArray => ReadArray(ref reader),
        _ => throw new JsonException("An operation's value is a number, a text or an array of them."),
    };

    public override void Write(Utf8JsonWriter writer, OperationValue value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);

    private static OperationValue ReadArray(ref Utf8JsonReader reader)
    {
        List<double> numbers = [];
        List<string> texts = [];
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.Number)
                numbers.Add(reader.GetDouble());
            else
                texts.Add(reader.GetString() ?? throw new JsonException("An operation's value has no null in it."));
        }

        if (numbers.Count > 0 && texts.Count > 0)
            throw new JsonException("An operation's value has numbers or texts in its array, not both.");
        return texts.Count > 0 ? texts.ToArray() : OperationValue.Of([.. numbers]);
    }
}
