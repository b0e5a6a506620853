using Microsoft.OpenApi;

namespace ImageService.Api.Uploads;

/// <summary>Describes a streamed <c>multipart/form-data</c> body for the OpenAPI document; the handler reads it by itself.</summary>
internal static class MultipartForm
{
    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["tenant"] = "Slug of the tenant.",
        ["space"] = "Slug of the space.",
        ["folder"] = "Absolute path; / where absent.",
        ["tags"] = "Comma-separated.",
        ["access"] = "public or private; by policy where absent.",
        ["slug"] = "As overlays name it: 1 to 100 of a-z, 0-9 and _; from its family and style where absent.",
        ["filename"] = "Shown to people; the file's own name where absent.",
    };

    /// <summary>The route takes a file and these fields.</summary>
    public static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder route, params string[] fields) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        var properties = fields.ToDictionary(
            field => field, field => (IOpenApiSchema)new OpenApiSchema { Type = JsonSchemaType.String, Description = Fields[field] }, StringComparer.Ordinal);
        properties[MultipartUpload.FilePart] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "The bytes." };
        var required = fields.Where(field => field is "tenant" or "space").Append(MultipartUpload.FilePart).ToHashSet(StringComparer.Ordinal);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["multipart/form-data"] =
                    new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = properties, Required = required } },
            },
        };
        return Task.CompletedTask;
    });
}
