using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Lifecycle;

/// <summary>The lifecycle room's doors.</summary>
public static class LifecycleServices
{
    public static IServiceCollection AddLifecycle(this IServiceCollection services)
    {
        services.AddOptions<LifecycleOptions>().BindConfiguration(LifecycleOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<LifecycleOptions>, LifecycleOptionsRules>();
        services.AddOptions<StoreMoveOptions>().BindConfiguration(StoreMoveOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<StoreMover>();
        return services;
    }
}

/// <summary>Rules across keys.</summary>
internal sealed class LifecycleOptionsRules : IValidateOptions<LifecycleOptions>
{
    public ValidateOptionsResult Validate(string? name, LifecycleOptions options)
    {
        List<string> failures = [];
        if (options.ColdAfter < options.WarmAfter)
            failures.Add("Lifecycle:ColdAfter must not be shorter than Lifecycle:WarmAfter.");
        if (options.PruneIdleAfter is { } idle
            && idle < options.ColdAfter) failures.Add("Lifecycle:PruneIdleAfter must not be shorter than Lifecycle:ColdAfter.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
