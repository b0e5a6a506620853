using System.Text.Json;
using System.Text.Json.Serialization;
using ImageService.Core.Errors;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Http;

/// <summary>What every request meets first: limits, forwarded headers, security headers, failures as problem documents.</summary>
internal static class HttpServices
{
    public static void AddHttpEdge(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiOptions>, TrustedProxiesValidator>();
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>, TrustedProxies>();
        services.Configure<KestrelServerOptions>(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        services.AddOptions<KestrelServerOptions>()
            .Configure<IOptions<ApiOptions>>(static (kestrel, api) => kestrel.Limits.MaxRequestBodySize = api.Value.MaxManagementBodyBytes);
        services.AddHsts(static hsts =>
        {
            hsts.MaxAge = TimeSpan.FromDays(365);
            hsts.IncludeSubDomains = true;
        });
        services.Configure<RouteHandlerOptions>(static routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(static json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
            json.SerializerOptions.RespectNullableAnnotations = true;

            // A misspelt member must not be one left out: "allowedAdresses" would make a key that works from everywhere.
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.AllowDuplicateProperties = false;
            json.SerializerOptions.Converters.Add(new SoundJsonConverter());
        });

        // Their lines hold whole URLs: signatures, one-time codes and tickets in queries.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Http.Result", LogLevel.Warning);
        services.AddExceptionHandler<FailureHandler>();
        services.AddProblemDetails();
        services.AddHostedService<TransportWarnings>();
    }

    /// <summary>The outermost middleware, in order.</summary>
    public static void UseHttpEdge(this WebApplication app)
    {
        app.UseWhen(static http => http.Features.Get<ForwardersRead>() is null, static branch => branch.UseForwardedHeaders());
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages(static context => context.HttpContext.Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => Problems.WriteAsync(context.HttpContext, Problems.Unbound),
            StatusCodes.Status404NotFound => Problems.WriteAsync(context.HttpContext, Problems.NotFound),
            StatusCodes.Status405MethodNotAllowed => Problems.WriteAsync(
                context.HttpContext, new Error(ErrorCode.MethodNotAllowed, $"Use one of: {context.HttpContext.Response.Headers.Allow}.")),
            StatusCodes.Status413PayloadTooLarge => Problems.WriteAsync(
                context.HttpContext, BodyLimits.TooLarge),
            StatusCodes.Status415UnsupportedMediaType => Problems.WriteAsync(context.HttpContext, Problems.Invalid("Send the body as application/json.")),
            _ => Task.CompletedTask,
        });
        if (app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.RequireHttps ?? !app.Environment.IsDevelopment())
        {
            app.UseHsts();
            app.UseWhen(static http => !IsProbe(http.Request.Path), static branch => branch.UseHttpsRedirection());
        }
    }

    /// <summary>After what may change the request's host.</summary>
    public static void UseRawTargetGuard(this WebApplication app) => app.UseMiddleware<RawTargetGuard>();

    /// <summary>Probes and scrapers inside the cluster speak plain HTTP.</summary>
    private static bool IsProbe(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || path.StartsWithSegments("/metrics", StringComparison.Ordinal);
}
