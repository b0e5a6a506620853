using ImageService.Api.Authentication;
using ImageService.Api.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ImageService.Api.OpenApi;

/// <summary>
/// What follows from a route's metadata: its credentials and scope, its conditional and idempotency headers, and the refusals any route may give.
/// </summary>
internal sealed class OperationTransformer : IOpenApiOperationTransformer
{
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var method = context.Description.HttpMethod ?? "";
        var requirement = metadata.OfType<AccessRequirement>().LastOrDefault();
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();
        if (!isOpen && requirement is not null)
        {
            operation.Security = SecurityOf(requirement, context.Document);
            if (requirement.Scope is { } scope)
                operation.Description = $"{operation.Description} Needs the scope `{scope}`.".TrimStart();
        }

        operation.Parameters ??= [];
        AddPlace(operation, context.Description.RelativePath ?? "");
        if (metadata.OfType<IdempotentRoute>().Any())
            operation.Parameters.Add(
                Header(IdempotentRoute.Header, "The same key and body within a day repeat the first answer instead of creating twice.", "7f9c1c2e-order-4711"));
        if (operation.Responses?.ContainsKey("412") is true && method is not "GET" and not "HEAD")
            operation.Parameters.Add(Header("If-Match", "The resource's ETag as you read it; a stale one is 412.", "\"2f1c\""));

        var problem = await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellationToken);
        context.Document?.AddComponent(nameof(Problem), problem);
        foreach (var (status, description) in isOpen ? CommonRefusals[1..] : CommonRefusals)
            AddRefusal(operation, context.Document, status, description);
    }

    /// <summary>The parts of a route that no handler takes as a parameter: access control reads them before it.</summary>
    private static void AddPlace(OpenApiOperation operation, string path)
    {
        var missing = path.Split('/').Where(static part => part is ['{', .., '}']).Select(static part => part[1..^1].Split(':')[0])
            .Where(name => !operation.Parameters!.Any(parameter => parameter.In is ParameterLocation.Path && parameter.Name == name)).Reverse();
        foreach (var name in missing)
        {
            operation.Parameters!.Insert(0, new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Description = Places.GetValueOrDefault(name, "From the resource."),
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = SchemaExamples.Text(name),
            });
        }
    }

    private static readonly Dictionary<string, string> Places = new(StringComparer.Ordinal)
    {
        ["org"] = "Slug of the organization.",
        ["tenant"] = "Slug of the tenant.",
        ["space"] = "Slug of the space.",
    };

    private static readonly (string Status, string Description)[] CommonRefusals =
    [
        ("401", "No valid credential."),
        ("429", "Too many requests; Retry-After says when to try again."),
        ("500", "The service failed; quote traceId."),
        ("503", "The service or what it depends on does not answer now; Retry-After says when to try again."),
    ];

    private static void AddRefusal(OpenApiOperation operation, OpenApiDocument? document, string status, string description)
    {
        operation.Responses ??= [];
        if (operation.Responses.ContainsKey(status))
            return;
        operation.Responses[status] = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [Problems.ContentType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(Problem), document) },
            },
        };
    }

    private static List<OpenApiSecurityRequirement> SecurityOf(AccessRequirement requirement, OpenApiDocument? document)
    {
        var key = new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(DocumentTransformer.ApiKey, document)] = [] };
        var session = new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(DocumentTransformer.Session, document)] = [] };
        return requirement.Kind switch
        {
            AccessKind.Platform => [key],
            AccessKind.Person or AccessKind.Account => [session],
            _ => [key, session],
        };
    }

    private static OpenApiParameter Header(string name, string description, string example) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = example,
    };
}
