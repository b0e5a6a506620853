using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace ImageService.Api.OpenApi;

/// <summary>Makes an example of a shape from the names of its members: one table serves every request and response.</summary>
internal static class SchemaExamples
{
    private const int MaxDepth = 4;
    private const string Time = "2026-01-31T12:00:00Z";
    private const string Id = "01948a3e-7c1b-7f3a-9d2e-5b6c7d8e9f01";
    private const string AssetId = "01JPA3WZ0V7WX9TBJYBDP7WZR1";

    private static readonly Dictionary<string, string> Texts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["slug"] = "website",
        ["organization"] = "acme",
        ["org"] = "acme",
        ["tenant"] = "website",
        ["space"] = "marketing",
        ["name"] = "Marketing",
        ["description"] = "Pictures of the shop",
        ["operations"] = "w_400-h_300-f_cover",
        ["email"] = "ana@acme.example",
        ["password"] = "correct horse battery staple",
        ["present"] = "the password until now",
        ["totp"] = "123456",
        ["code"] = "slug_taken",
        ["type"] = "/docs/errors#slug_taken",
        ["title"] = "The slug is taken",
        ["detail"] = "The slug \"website\" is in use here. Choose another.",
        ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        ["nextCursor"] = "AZSKPnwbfzqdLltsfY6fAQ",
        ["key"] = "max_output_width",
        ["keyId"] = "k2m4p6r8t2v4x6z2",
        ["apiKey"] = "imgsvc_k2m4p6r8t2v4x6z2.{secret}",
        ["kid"] = "key_4f1d2c3b4a596877",
        ["secret"] = "{secret}",
        ["token"] = "{token}",
        ["ticket"] = "{ticket}",
        ["url"] = "https://images.example.com/v1/priv/acme/website/confidential/img/" + AssetId + "/v1/w_800.webp",
        ["hostname"] = "images.example.com",
        ["path"] = "photos/a.jpg",
        ["asset"] = AssetId,
        ["authority"] = "https://login.example.com",
        ["clientId"] = "imageservice",
        ["folder"] = "/products/shoes",
        ["filename"] = "shoe.jpg",
        ["format"] = "jpg",
        ["contentHash"] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ["ip"] = "203.0.113.7",
        ["address"] = "203.0.113.7",
        ["lastUsedAddress"] = "203.0.113.7",
        ["userAgent"] = "curl/8.5.0",
        ["action"] = "tenant.created",
        ["event"] = "asset.uploaded",
        ["state"] = "active",
        ["dominantColour"] = "#3b6ea5",
    };

    private static readonly Dictionary<string, string> ListItems = new(StringComparer.OrdinalIgnoreCase)
    {
        ["scopes"] = "image:read",
        ["tags"] = "summer",
        ["matchTags"] = "summer",
        ["matchFolders"] = "/products",
        ["events"] = "asset.uploaded",
        ["allowedAddresses"] = "203.0.113.0/24",
        ["allowedDomains"] = "acme.example",
        ["palette"] = "#3b6ea5",
        ["recoveryCodes"] = "k7m2p-x9d4f",
    };

    private const string Elements =
        """[{"type": "text", "text": "{t1|Sale}", "font": "noto_sans_bold", "size": "6%", "color": "fff", "gravity": "south", "y": 24}]""";

    /// <summary>An example of a text member or parameter.</summary>
    public static string Text(string name) => Texts.GetValueOrDefault(name, "text");

    /// <summary>Null for a shape that is no object, or that is described well enough by its values.</summary>
    public static JsonNode? Of(string name, IOpenApiSchema schema) => schema.Properties is { Count: > 0 } ? Object(name, schema, MaxDepth) : null;

    private static JsonObject Object(string owner, IOpenApiSchema schema, int depth)
    {
        var example = new JsonObject();
        foreach (var (name, member) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
            example[name] = Value(owner, name, member, depth - 1);
        return example;
    }

    private static JsonNode? Value(string owner, string name, IOpenApiSchema schema, int depth)
    {
        var shape = schema.OneOf?.LastOrDefault(static option => option.Type != JsonSchemaType.Null) ?? schema;
        if (depth <= 0)
            return null;
        if (shape.Enum is { Count: > 0 } choices)
            return choices[0]?.DeepClone();
        if (name == "elements")
            return JsonNode.Parse(Elements);
        var type = shape.Type ?? (shape.Properties is { Count: > 0 } ? JsonSchemaType.Object : JsonSchemaType.String);
        if (type.HasFlag(JsonSchemaType.Array))
            return new JsonArray(
                ListItems.TryGetValue(name, out var item) ? JsonValue.Create(item) : shape.Items is { } items ? Value(owner, name, items, depth) : null);
        if (type.HasFlag(JsonSchemaType.Object))
            return shape.Properties is { Count: > 0 } ? Object(owner, shape, depth) : new JsonObject();
        if (type.HasFlag(JsonSchemaType.Boolean))
            return JsonValue.Create(true);
        if (type.HasFlag(JsonSchemaType.Integer))
            return JsonValue.Create(
                name.Contains("status", StringComparison.OrdinalIgnoreCase) ? 409 : name.Contains("seconds", StringComparison.OrdinalIgnoreCase) ? 600 : 1);
        if (type.HasFlag(JsonSchemaType.Number))
            return JsonValue.Create(0.5);
        return JsonValue.Create(Text(owner, name, shape));
    }

    private static string Text(string owner, string name, IOpenApiSchema schema) => schema.Format switch
    {
        "uuid" => Id,
        "date-time" => Time,
        "date" => "2026-01-31",
        _ when name == "id" && owner.StartsWith("Asset", StringComparison.Ordinal) => AssetId,
        _ => Text(name),
    };
}
