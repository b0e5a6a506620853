using System.Text.Json;
using ImageService.Core.Errors;

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
