using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageService.Portal.Images;

namespace ImageService.Portal.Workspaces;

/// <summary>Policies in words: their names, their values as people write and read them.</summary>
internal static class PolicyText
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["default_access"] = "Access of new images",
        ["allowed_input_formats"] = "Formats of originals",
        ["allowed_output_formats"] = "Formats of answers",
        ["max_output_width"] = "Largest width",
        ["max_output_height"] = "Largest height",
        ["max_output_pixels"] = "Most pixels of an answer",
        ["max_upload_bytes"] = "Largest original",
        ["max_input_pixels"] = "Most pixels of an original",
        ["max_input_frames"] = "Most frames of an original",
        ["quality_default"] = "Quality",
        ["signed_url_ttl_default_seconds"] = "Signed addresses live",
        ["signed_url_ttl_max_seconds"] = "Signed addresses live at most",
        ["signing_mode"] = "Signatures of private addresses",
        ["transform_mode"] = "What addresses may ask for",
        ["overlay_text"] = "Texts in addresses",
        ["watermark"] = "Watermark",
        ["variant_budget"] = "Most stored images of one version",
        ["width_ladder"] = "Widths that are made",
        ["preserve_hdr"] = "Bright lights of HDR photos stay",
        ["prewarm"] = "Other widths are made ahead",
        ["cache_max_age_seconds"] = "Caches keep images",
        ["preset_cache_max_age_seconds"] = "Caches keep images of presets",
        ["original_delivery"] = "How originals are delivered",
        ["keep_copyright"] = "Copyright stays in images",
        ["cors_origins"] = "Sites whose scripts may read images",
        ["allowed_referrers"] = "Sites that may show images",
        ["rate_limit_requests"] = "Image requests in a window",
        ["rate_limit_window_seconds"] = "The window of image requests",
        ["api_rate_limit_requests"] = "Management requests a minute",
        ["store"] = "Store of new images",
        ["quota_storage_bytes"] = "Quota: originals held",
        ["quota_assets"] = "Quota: number of images",
        ["quota_transforms_per_month"] = "Quota: transforms a month",
        ["quota_transform_cpu_ms_per_month"] = "Quota: CPU time of transforms a month",
        ["quota_bandwidth_bytes_per_month"] = "Quota: bytes sent a month",
        ["quota_requests_per_month"] = "Quota: image requests a month",
    };

    private static readonly Dictionary<string, IReadOnlyList<(string Value, string Text)>> Chosen = new(StringComparer.Ordinal)
    {
        ["default_access"] = [("public", "public: anybody with the address sees them"), ("private", "private: only by signed address")],
        ["signing_mode"] =
            [("enforce", "needed"), ("report", "not needed, but those without are counted"), ("off", "not needed")],
        ["transform_mode"] =
            [("open", "any operation"), ("presets_only", "presets and originals alone"), ("signed_only", "any operation, if signed")],
        ["overlay_text"] = [("signed", "in signed addresses and presets alone"), ("open", "in any address")],
        ["original_delivery"] = [("stripped", "without metadata"), ("exact", "exactly as uploaded"), ("off", "not at all")],
    };

    /// <summary>What a policy that is one of a few words may be, each in a person's words; empty for others.</summary>
    public static IReadOnlyList<(string Value, string Text)> Choices(string key) => Chosen.GetValueOrDefault(key, []);

    /// <summary>In words; the key itself with spaces where it has no own name.</summary>
    public static string Name(string key) => Names.TryGetValue(key, out var name) ? name : char.ToUpperInvariant(key[0]) + key[1..].Replace('_', ' ');

    /// <summary>A value as people read it.</summary>
    public static string Value(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => key switch { "watermark" => "none", "store" => "the operator's first", _ => "no limit" },
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.String => Choices(key).FirstOrDefault(choice => choice.Value == value.GetString()).Text ?? value.GetString()!,
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "any" : string.Join(", ", value.EnumerateArray().Select(static item => item.ToString())),
        JsonValueKind.Number when key.EndsWith("_bytes", StringComparison.Ordinal) || key.Contains("_bytes_", StringComparison.Ordinal) =>
            Sizes.Write(value.GetInt64()),
        JsonValueKind.Number when key.EndsWith("_seconds", StringComparison.Ordinal) => Duration(value.GetInt64()),
        JsonValueKind.Number when key == "quota_transform_cpu_ms_per_month" => Duration(value.GetInt64() / 1000),
        JsonValueKind.Object when key == "quality_default" =>
            string.Join(", ", value.EnumerateObject().Select(static format => $"{format.Name.ToUpperInvariant()} {format.Value}")),
        JsonValueKind.Object when key == "watermark" && value.TryGetProperty("overlay", out var overlay) =>
            overlay + (value.TryGetProperty("minWidth", out var from) ? $", from {from} px" : ""),
        JsonValueKind.Number => value.GetDouble().ToString("#,0.##", CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };

    /// <summary>A value as people write it: lists with commas, nothing for no limit, objects as JSON.</summary>
    public static string Write(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(static item => item.ToString())),
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    /// <summary>What a value of the sample's kind looks like.</summary>
    public static string Kind(JsonElement sample) => sample.ValueKind switch
    {
        JsonValueKind.Array => "list, separated by commas",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "number; empty for no limit",
        JsonValueKind.Object => "number, or JSON object",
        _ => "word",
    };

    /// <summary>What was written, as JSON of the sample's kind; null where it is none.</summary>
    public static JsonElement? Read(string? text, JsonElement sample)
    {
        text = text?.Trim() ?? "";
        return sample.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => text is "true" or "false" ? Json(text) : null,
            JsonValueKind.Array =>
                Element(new JsonArray([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Item)])),
            JsonValueKind.Null when text.Length == 0 => Json("null"),
            JsonValueKind.Number or JsonValueKind.Null => Json(text) is { ValueKind: JsonValueKind.Number } number ? number : null,
            JsonValueKind.Object => Json(text) is { ValueKind: JsonValueKind.Number or JsonValueKind.Object } value ? value : null,
            _ => text.Length > 0 ? Json(text) is { ValueKind: JsonValueKind.Object } structured ? structured : Element(JsonValue.Create(text)) : null,
        };
    }

    private static JsonNode? Item(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(text);

    private static JsonElement Element(JsonNode node) => JsonDocument.Parse(node.ToJsonString()).RootElement.Clone();

    private static JsonElement? Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // A person is still typing.
            return null;
        }
    }

    private static string Duration(long seconds) => seconds switch
    {
        >= 2 * 86400 => $"{seconds / 86400.0:0.#} days",
        >= 2 * 3600 => $"{seconds / 3600.0:0.#} hours",
        >= 120 => $"{seconds / 60.0:0.#} minutes",
        _ => $"{seconds} s",
    };
}
