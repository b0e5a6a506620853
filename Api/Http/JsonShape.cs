using System.Globalization;
using System.Text;
using System.Text.Json;
using ImageService.Core.Errors;

namespace ImageService.Api.Http;

/// <summary>
/// Judges a JSON body as a whole before anything is made of it: how deep and how large it is, whether an object has a member twice (RFC 8259 section 4:
/// what that means is anybody's guess), and
/// whether its numbers are such that the registry can hold them. Pure.
/// </summary>
internal static class JsonShape
{
    /// <summary>Objects and lists within each other, at most.</summary>
    public const int MaxDepth = 64;

    /// <summary>Members and elements in all, at most.</summary>
    public const int MaxValues = 20_000;

    private const int MaxNumberLength = 100;
    private const int MaxExponent = 308;

    /// <summary>Why the body is refused; null where it may be read. Text that is no JSON passes: whoever reads it says what it lacks.</summary>
    public static Error? Judge(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        var open = new Stack<Level>();
        var values = 0;
        try
        {
            while (reader.Read())
            {
                if (Take(ref reader, open) is { } fault)
                    return fault;
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray) && ++values > MaxValues)
                    return Problems.Invalid($"The JSON body has more than {MaxValues} members and elements.");
                if (open.Count > MaxDepth)
                    return Problems.Invalid($"The JSON body is nested more than {MaxDepth} deep.");
            }
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return Problems.Invalid($"The JSON body cannot be read at {Path(open)}: the name of a member is not valid Unicode.");
        }

        return null;
    }

    private static Error? Take(ref Utf8JsonReader reader, Stack<Level> open)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                open.Push(new Level());
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                open.Pop();
                break;
            case JsonTokenType.PropertyName:
                var name = reader.GetString()!;
                if (!open.Peek().Add(name))
                    return Problems.Invalid($"The JSON body cannot be read at {Path(open)}: the member is there twice.");
                break;
            case JsonTokenType.Number when !IsStorable(reader.ValueSpan):
                return Problems.Invalid(
                    $"The JSON body cannot be read at {Path(open)}: the number is longer or greater than can be kept (at most {MaxNumberLength} digits, and exponents up to {MaxExponent}).");
        }

        return null;
    }

    /// <summary>Within what PostgreSQL's <c>numeric</c> and a double hold.</summary>
    private static bool IsStorable(ReadOnlySpan<byte> number)
    {
        if (number.Length > MaxNumberLength)
            return false;
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        return exponent < 0
            || (int.TryParse(Encoding.ASCII.GetString(number[(exponent + 1)..]), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power)
                && power is >= -MaxExponent and <= MaxExponent
                && double.TryParse(Encoding.ASCII.GetString(number), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && double.IsFinite(value));
    }

    private static string Path(Stack<Level> open)
    {
        const int longest = 200;
        var path = "$" + string.Concat(open.Reverse().Where(static level => level.Last is not null).Select(static level => "." + level.Last));
        return path.Length > longest ? path[..longest] + "…" : path;
    }

    /// <summary>An open object or list; of an object, the names that came.</summary>
    private sealed class Level
    {
        private HashSet<string>? _names;

        public string? Last { get; private set; }

        public bool Add(string name)
        {
            if (Last is { } first)
                _names ??= new HashSet<string>(StringComparer.Ordinal) { first };
            Last = name;
            return _names is null || _names.Add(name);
        }
    }
}
