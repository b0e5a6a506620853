using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace ImageService.Api.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document at <c>/openapi/v1.json</c>, its reference page at <c>/docs</c> and the page of error codes at <c>/docs/errors</c>. Nothing is
/// loaded from outside.
/// </summary>
internal static class OpenApiServices
{
    /// <summary>The reference page runs its own script; whatever it would fetch from elsewhere the browser refuses.</summary>
    private const string PagePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'";

    public static void AddOpenApiDocument(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ErrorPage>();
        builder.Services.AddOpenApi("v1", static options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer<DocumentTransformer>();
            options.AddOperationTransformer<OperationTransformer>();
        });
    }

    public static void MapOpenApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        var page = app.MapGroup("").AllowAnonymous().ExcludeFromDescription().AddEndpointFilter(static (context, next) =>
        {
            context.HttpContext.Response.Headers.ContentSecurityPolicy = PagePolicy;
            return next(context);
        });
        page.MapGet("/docs/errors", static (ErrorPage errors) => Results.Content(errors.Html, "text/html; charset=utf-8"));
        page.MapScalarApiReference("/docs", static options => options
            .WithTitle("ImageService")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .AddDocument("v1")
            .HideDeveloperTools()
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp());
    }
}
