namespace ImageService.Api.Authentication;

/// <summary>Registers who may come in.</summary>
internal static class AuthenticationServices
{
    public static void AddAccessControl(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UploadTickets>();
        builder.Services.AddSingleton<Credentials>();
        builder.Services.AddSingleton<CallerPlaces>();
        builder.Services.AddSingleton<ManagementRateLimit>();
        builder.Services.AddSingleton<RefusalAudit>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<RefusalAudit>());
    }

    /// <summary>After routing, before rate limits and routes.</summary>
    public static void UseAccessControl(this WebApplication app) => app.UseMiddleware<AccessMiddleware>();
}
