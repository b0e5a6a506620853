using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Secrets;

/// <summary>The secrets room's doors.</summary>
public static class SecretsServices
{
    public static IServiceCollection AddSecrets(this IServiceCollection services)
    {
        services.AddOptions<SecretsOptions>().BindConfiguration(SecretsOptions.Section).ValidateOnStart();
        services.TryAddSingleton<SecretsOptionsSetup>();
        services.AddSingleton<IPostConfigureOptions<SecretsOptions>>(static provider => provider.GetRequiredService<SecretsOptionsSetup>());
        services.AddSingleton<IValidateOptions<SecretsOptions>>(static provider => provider.GetRequiredService<SecretsOptionsSetup>());
        return services.AddSingleton<SecretProtector>();
    }
}
