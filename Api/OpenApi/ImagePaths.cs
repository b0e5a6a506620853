using ImageService.Api.Http;
using Microsoft.OpenApi;

namespace ImageService.Api.OpenApi;

/// <summary>The image URLs in the document. Their routes are catch-alls that the description of routes cannot see into: here their parts are told.</summary>
internal static class ImagePaths
{
    private static readonly string[] Types = ["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif", "image/jxl"];

    private static readonly (string Status, string Description)[] Refusals =
    [
        ("400", "Operations that cannot be read, or an extension that is none of the formats."),
        ("403", "A policy forbids the size, the format or the operations, or the referrer is not allowed."),
        ("404", "No such organization, tenant, space, asset, version or preset, or an asset of the other access."),
        ("422", "An original that cannot be decoded."),
        ("429", "The rate limit, the month's quota or the variant budget; Retry-After says when to try again."),
        ("503", "Load is shed; Retry-After says when to try again."),
    ];

    public static void AddTo(OpenApiDocument document)
    {
        Add(document, "pub", isPrivate: false);
        Add(document, "priv", isPrivate: true);
    }

    private static void Add(OpenApiDocument document, string kind, bool isPrivate)
    {
        document.Paths[$"/v1/{kind}/{{org}}/{{tenant}}/{{space}}/img/{{assetId}}/v{{version}}/{{operations}}.{{ext}}"] = new OpenApiPathItem
        {
            Operations = new Dictionary<HttpMethod, OpenApiOperation>
            {
                [HttpMethod.Get] = Operation(document, isPrivate, isHead: false),
                [HttpMethod.Head] = Operation(document, isPrivate, isHead: true),
            },
        };
    }

    private static OpenApiOperation Operation(OpenApiDocument document, bool isPrivate, bool isHead)
    {
        var what = isPrivate ? "Private" : "Public";
        return new OpenApiOperation
        {
            OperationId = $"{(isHead ? "head" : "get")}{what}Image",
            Summary = isHead ? $"Headers of a {what.ToLowerInvariant()} image" : $"A {what.ToLowerInvariant()} image in any size and format",
            Description =
                "The first request makes it, later ones find it. Conditional and range requests are answered by 304 and 206. The operations are described in docs/url-operations.md.",
            Tags = new HashSet<OpenApiTagReference> { new("Images", document) },
            Parameters = [.. Path(), .. isPrivate ? Signature() : []],
            Responses = Responses(document, isPrivate, isHead),
        };
    }

    private static OpenApiResponses Responses(OpenApiDocument document, bool isPrivate, bool isHead)
    {
        var responses = new OpenApiResponses
        {
            ["200"] =
                new OpenApiResponse
                {
                    Description = "The image.",
                    Content = isHead ? null : Types.ToDictionary(static type => type, static _ => Binary(), StringComparer.Ordinal)
                },
            ["304"] = new OpenApiResponse { Description = "The caller's copy is the present one." },
        };
        if (!isHead)
            responses["206"] =
                new OpenApiResponse
                {
                    Description = "The range asked for.",
                    Content = Types.ToDictionary(static type => type, static _ => Binary(), StringComparer.Ordinal)
                };
        foreach (var (status, description) in isPrivate ? [("401", "No, wrong or expired signature."), .. Refusals] : Refusals)
            responses[status] = new OpenApiResponse { Description = description, Content = Problem(document) };
        return responses;
    }

    private static Dictionary<string, OpenApiMediaType> Problem(OpenApiDocument document) => new(StringComparer.Ordinal)
    {
        [Problems.ContentType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(Problem), document) },
    };

    private static OpenApiMediaType Binary() => new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };

    private static IEnumerable<IOpenApiParameter> Path() =>
    [
        Parameter("org", "Slug of the organization.", "acme"),
        Parameter("tenant", "Slug of the tenant.", "website"),
        Parameter("space", "Slug of the space.", "marketing"),
        Parameter("assetId", "26 characters of Crockford base32.", "01JPA3WZ0V7WX9TBJYBDP7WZR1"),
        Parameter("version", "A version that was uploaded, from 1.", 1, JsonSchemaType.Integer),
        Parameter("operations", "original, or operations joined by -.", "w_400-h_300-f_cover"),
        Parameter("ext", "jpg, jpeg, png, webp, avif, gif or jxl.", "webp"),
    ];

    private static IEnumerable<IOpenApiParameter> Signature() =>
    [
        Parameter("sig", "The signature, base64url.", "bEsDneq1puWAfK2nIr60uIW-0wae0-EDmbzZRfqNfIc", location: ParameterLocation.Query),
        Parameter("exp", "When it expires, Unix seconds.", 1767225600, JsonSchemaType.Integer, ParameterLocation.Query),
        Parameter("kid", "The signing key's id.", "key_4f1d2c3b4a596877", location: ParameterLocation.Query),
    ];

    private static OpenApiParameter Parameter(
        string name, string description, System.Text.Json.Nodes.JsonNode example, JsonSchemaType type = JsonSchemaType.String,
        ParameterLocation location = ParameterLocation.Path) => new()
        {
            Name = name,
            In = location,
            Required = true,
            Description = description,
            Schema = new OpenApiSchema { Type = type },
            Example = example,
        };
}
