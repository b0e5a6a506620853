using Microsoft.Extensions.Options;

namespace ImageService.Api.RateLimiting;

/// <summary>Registers the limits and places them in the pipeline.</summary>
internal static class RateLimitingServices
{
    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidator>();
        builder.Services.AddSingleton<RateLimiter>();
        builder.Services.AddSingleton<ScanCounts>();
    }

    /// <summary>Before anything is looked up for the request.</summary>
    public static void UseScanLimit(this WebApplication app) => app.UseMiddleware<ScanLimiter>();

    /// <summary>Before a password is hashed or a mail is sent.</summary>
    public static void UseGuessLimit(this WebApplication app) => app.UseMiddleware<GuessLimiter>();
}
