using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Signing;

/// <summary>Registers the protection of secrets.</summary>
public static class SigningServices
{
    public static IServiceCollection AddSigning(this IServiceCollection services)
    {
        services.AddOptions<SigningOptions>().BindConfiguration(SigningOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SecretProtector>();
        return services;
    }
}
