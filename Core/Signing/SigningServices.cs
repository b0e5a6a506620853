using System.Security.Cryptography;
using ImageService.Core.Caching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Signing;

/// <summary>Registers the protection of secrets and the keys of signed URLs.</summary>
public static class SigningServices
{
    private const int SealKeyBytes = 32;

    public static IServiceCollection AddSigning(this IServiceCollection services)
    {
        services.AddOptions<SigningOptions>().BindConfiguration(SigningOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<SigningOptionsSetup>();
        services.AddSingleton<IPostConfigureOptions<SigningOptions>>(static provider => provider.GetRequiredService<SigningOptionsSetup>());
        services.AddSingleton<IValidateOptions<SigningOptions>>(static provider => provider.GetRequiredService<SigningOptionsSetup>());
        services.AddSingleton<SecretProtector>();
        services.AddOptions<CachingOptions>().PostConfigure<IOptions<SigningOptions>>(static (caching, signing) =>
            caching.RedisSealKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromBase64String(signing.Value.MasterKey), SealKeyBytes, info: "redis variants"u8.ToArray()));
        services.AddSingleton<SigningKeyIssuer>();
        services.AddSingleton<SigningKeyCounts>();
        services.AddHostedService(static provider => provider.GetRequiredService<SigningKeyCounts>());
        services.AddSingleton<SigningKeyRing>();
        return services;
    }
}
