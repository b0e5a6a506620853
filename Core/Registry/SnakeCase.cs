using System.Text;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ImageService.Core.Registry;

/// <summary>Names as the API and the database write them: <c>VerifyOnly</c> is <c>verify_only</c>.</summary>
public static class SnakeCase
{
    /// <summary>An enum value's name.</summary>
    public static string Write<T>(T value)
        where T : struct, Enum => Table<T>.Names[value];

    /// <summary>False for text that names no value; names are matched exactly.</summary>
    public static bool TryRead<T>(string? text, out T value)
        where T : struct, Enum
    {
        value = default;
        return text is not null && Table<T>.Values.TryGetValue(text, out value);
    }

    /// <exception cref="FormatException">The text names no value.</exception>
    public static T Read<T>(string text)
        where T : struct, Enum =>
        TryRead<T>(text, out var value) ? value : throw new FormatException($"'{text}' is not a {typeof(T).Name}.");

    /// <summary>PascalCase to snake_case.</summary>
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var character in name)
        {
            if (char.IsAsciiLetterUpper(character) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(character));
        }

        return text.ToString();
    }

    private static class Table<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Names = Enum.GetValues<T>().ToDictionary(value => value, value => Of(value.ToString()));

        public static readonly Dictionary<string, T> Values = Names.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}

internal sealed class SnakeCaseConverter<T>() : ValueConverter<T, string>(value => SnakeCase.Write(value), text => SnakeCase.Read<T>(text))
    where T : struct, Enum;
