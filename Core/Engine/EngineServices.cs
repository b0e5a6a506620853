using System.Runtime.InteropServices;
using ImageService.Core.Engine.Isolation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Engine;

/// <summary>Registers the engine.</summary>
public static class EngineServices
{
    public static IServiceCollection AddEngine(this IServiceCollection services)
    {
        services.AddOptions<EngineOptions>().BindConfiguration(EngineOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<TransformGate>();
        services.AddSingleton<TransformCosts>();
        services.AddSingleton<TransformEngine>();
        services.AddSingleton<IsolatedDecoder>();
        services.AddHostedService(provider => new CodecSupport(RuntimeInformation.ProcessArchitecture, provider.GetRequiredService<ILogger<CodecSupport>>()));
        services.AddHostedService<IdleMemory>();
        services.AddSingleton(new EncoderSupport(RuntimeInformation.ProcessArchitecture));
        return services;
    }
}
