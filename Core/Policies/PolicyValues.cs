using System.Text.Json;
using ImageService.Core.Operations;
using ImageService.Core.Storage;

namespace ImageService.Core.Policies;

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
