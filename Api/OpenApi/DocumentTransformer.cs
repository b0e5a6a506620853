using ImageService.Api.Authentication;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ImageService.Api.OpenApi;

/// <summary>What the document says as a whole: what it describes, how callers authenticate, an example for each shape.</summary>
internal sealed class DocumentTransformer : IOpenApiDocumentTransformer
{
    public const string ApiKey = "apiKey";
    public const string Session = "session";

    private const string About = """
        Images for many tenants: upload originals, deliver every size and format of them by URL, and manage who may do what.

        - Authenticate with `X-API-Key`, or with `Authorization: Bearer` and a session token. A person who belongs to several organizations names one in `X-Organization` on routes that do not.
        - Errors are `application/problem+json` (RFC 9457) with a stable `code`; the list is at [/docs/errors](/docs/errors).
        - Lists are pages: send `nextCursor` as `cursor` for the next one.
        - Creations take `Idempotency-Key`; writes to an existing resource take `If-Match` with its `ETag`.
        """;

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = "ImageService", Version = "v1", Description = About };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [ApiKey] =
                new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = Credentials.KeyHeader,
                    Description = "An API key, or the operator's platform key."
                },
            [Session] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A session token of POST /v1/sessions." },
        };
        foreach (var (name, schema) in document.Components.Schemas ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
        {
            if (schema is not OpenApiSchema shape)
                continue;
            RequestShapes.Correct(name, shape);
            if (shape.Examples is null && SchemaExamples.Of(name, shape) is { } example)
                shape.Examples = [example];
        }

        ImagePaths.AddTo(document);

        return Task.CompletedTask;
    }
}
