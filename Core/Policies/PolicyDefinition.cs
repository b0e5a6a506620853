using System.Text.Json;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Storage;

namespace ImageService.Core.Policies;

/// <summary>One key of the policy table: its type, range, default and meaning.</summary>
/// <param name="Key">As the API writes it.</param>
/// <param name="Type">What its value looks like.</param>
/// <param name="Default">JSON text of the value where no level sets one.</param>
/// <param name="Description">One sentence for people, with the unit.</param>
public sealed record PolicyDefinition(string Key, PolicyType Type, string Default, string Description)
{
    /// <summary>Smallest number, of the value or of each member of a list.</summary>
    public long Min { get; init; }

    /// <summary>Largest number, of the value or of each member of a list.</summary>
    public long Max { get; init; } = long.MaxValue;

    /// <summary>The words allowed, of a choice or of each member of a list; empty where any text of the type is.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>
    /// JSON text of the value where no level sets one and images are public by default (<c>default_access</c>); null where that makes no difference.
    /// </summary>
    public string? PublicDefault { get; init; }

    /// <summary>Most members of a list.</summary>
    public int MaxItems { get; init; } = 100;

    /// <summary>The default as JSON.</summary>
    public JsonElement DefaultValue { get; } = JsonDocument.Parse(Default).RootElement;

    /// <summary><see cref="PublicDefault"/> as JSON.</summary>
    public JsonElement? PublicDefaultValue => field ??= PublicDefault is null ? null : JsonDocument.Parse(PublicDefault).RootElement;

    /// <summary>Judges a value that someone wants to set.</summary>
    /// <returns>Null where it is acceptable; else <see cref="ErrorCode.InvalidRequest"/> with what would be accepted.</returns>
    public Error? Validate(JsonElement value) =>
        PolicyValues.IsAcceptable(this, value) ? null : new Error(ErrorCode.InvalidRequest, $"Policy '{Key}' takes {Accepted}.");

    /// <summary>What is accepted, in words.</summary>
    public string Accepted => Type switch
    {
        PolicyType.Boolean => "true or false",
        PolicyType.Number => $"a whole number {Range}",
        PolicyType.OptionalNumber => $"a whole number {Range}, or null for no limit",
        PolicyType.Quality =>
            $"a whole number {Range}, or an object of such numbers by format ({string.Join(", ", PolicyValues.FormatNames)}) with 'default' for the others",
        PolicyType.Choice => $"one of {Words}",
        PolicyType.Choices => $"a list of at least one of {Words}, each once",
        PolicyType.Widths => $"a list of at most {MaxItems} whole numbers {Range}, each once; empty for none",
        PolicyType.Origins => $"a list of at most {MaxItems} origins such as \"https://www.example.com\", or [\"*\"] for any; empty for none",
        PolicyType.Hosts => $"a list of at most {MaxItems} host names such as \"www.example.com\" or \"*.example.com\"; empty for any",
        PolicyType.Watermark => $"{{\"overlay\": the slug of an overlay, \"minWidth\": a whole number {Range}}}, or null for none",
        PolicyType.Name => "a name of 1 to 50 lower-case letters, digits, '-' and '_', or null for the default",
        _ => throw new InvalidOperationException($"No words for {Type}."),
    };

    private string Range => Max == long.MaxValue ? $"of at least {Min}" : $"from {Min} to {Max}";

    private string Words => string.Join(", ", Choices.Select(choice => $"\"{choice}\""));
}

/// <summary>Shapes of policy values.</summary>
public enum PolicyType
{
    Boolean,
    Number,

    /// <summary>A whole number, or null for no limit.</summary>
    OptionalNumber,

    /// <summary>1 to 100, alone or by format.</summary>
    Quality,
    Choice,
    Choices,
    Widths,
    Origins,
    Hosts,

    /// <summary>An overlay and the least width it is drawn at, or null.</summary>
    Watermark,

    /// <summary>A name of the operator's configuration, or null.</summary>
    Name,
}

/// <summary>Judges JSON values against their definitions.</summary>
internal static class PolicyValues
{
    public static readonly string[] FormatNames = [.. Enum.GetValues<ImageFormat>().Select(format => format.Name())];

    public static bool IsAcceptable(PolicyDefinition definition, JsonElement value) => definition.Type switch
    {
        PolicyType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        PolicyType.Number => IsInRange(definition, value),
        PolicyType.OptionalNumber => value.ValueKind is JsonValueKind.Null || IsInRange(definition, value),
        PolicyType.Quality => IsInRange(definition, value) || IsByFormat(definition, value),
        PolicyType.Choice => value.ValueKind is JsonValueKind.String && definition.Choices.Contains(value.GetString()!, StringComparer.Ordinal),
        PolicyType.Choices =>
            IsList(definition, value, word => word.ValueKind is JsonValueKind.String && definition.Choices.Contains(word.GetString()!, StringComparer.Ordinal))
            && value.GetArrayLength() > 0,
        PolicyType.Widths => IsList(definition, value, width => IsInRange(definition, width)),
        PolicyType.Origins =>
            IsList(definition, value, origin => origin.ValueKind is JsonValueKind.String && (origin.GetString() == "*" || IsOrigin(origin.GetString()!))),
        PolicyType.Hosts => IsList(definition, value, host => host.ValueKind is JsonValueKind.String && IsHost(host.GetString()!)),
        PolicyType.Name => value.ValueKind is JsonValueKind.Null || (value.ValueKind is JsonValueKind.String && StoreName.IsValid(value.GetString()!)),
        PolicyType.Watermark => value.ValueKind is JsonValueKind.Null || IsWatermark(definition, value),
        _ => false,
    };

    private static bool IsInRange(PolicyDefinition definition, JsonElement value) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) && number >= definition.Min && number <= definition.Max;

    private static bool IsWatermark(PolicyDefinition definition, JsonElement value) =>
        value.ValueKind is JsonValueKind.Object
        && value.EnumerateObject().Count() is 1 or 2
        && value.EnumerateObject().DistinctBy(member => member.Name, StringComparer.Ordinal).Count() == value.EnumerateObject().Count()
        && value.EnumerateObject().All(member => member.Name switch
        {
            "overlay" => member.Value.ValueKind is JsonValueKind.String && OperationsGrammar.IsPresetSlug(member.Value.GetString()),
            "minWidth" => IsInRange(definition, member.Value),
            _ => false,
        })
        && value.TryGetProperty("overlay", out _);

    private static bool IsByFormat(PolicyDefinition definition, JsonElement value) =>
        value.ValueKind is JsonValueKind.Object
        && value.EnumerateObject().Any()
        && value.EnumerateObject()
            .All(member => (member.Name == "default" || FormatNames.Contains(member.Name, StringComparer.Ordinal)) && IsInRange(definition, member.Value))
        && value.EnumerateObject().DistinctBy(member => member.Name, StringComparer.Ordinal).Count() == value.EnumerateObject().Count();

    private static bool IsList(PolicyDefinition definition, JsonElement value, Func<JsonElement, bool> isMember) =>
        value.ValueKind is JsonValueKind.Array
        && value.GetArrayLength() <= definition.MaxItems
        && value.EnumerateArray().All(isMember)
        && value.EnumerateArray().DistinctBy(member => member.GetRawText(), StringComparer.Ordinal).Count() == value.GetArrayLength();

    /// <summary>Scheme and authority only, as browsers write it (RFC 6454 section 6.2).</summary>
    private static bool IsOrigin(string text) =>
        text.Length <= 300
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);

    private static bool IsHost(string text)
    {
        var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        return name.Length is >= 1 and <= 253 && Uri.CheckHostName(name) is not UriHostNameType.Unknown;
    }
}
