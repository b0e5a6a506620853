using System.Security.Cryptography;
using ImageService.Core.Caching;
using ImageService.Core.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Signing;

/// <summary>Registers the keys of signed URLs.</summary>
public static class SigningServices
{
    private const int SealKeyBytes = 32;

    public static IServiceCollection AddSigning(this IServiceCollection services)
    {
        services.AddOptions<SigningOptions>().BindConfiguration(SigningOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CachingOptions>().PostConfigure<IOptions<SecretsOptions>>(static (caching, secrets) =>
            caching.RedisSealKey =
                HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromBase64String(secrets.Value.MasterKey), SealKeyBytes, info: "redis variants"u8.ToArray()));
        services.AddSingleton<SigningKeyIssuer>();
        services.AddSingleton<SigningKeyCounts>();
        services.AddHostedService(static provider => provider.GetRequiredService<SigningKeyCounts>());
        services.AddSingleton<SigningKeyRing>();
        return services;
    }
}
