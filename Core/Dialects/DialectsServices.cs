using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Dialects;

/// <summary>The dialects room's doors.</summary>
public static class DialectsServices
{
    public static IServiceCollection AddDialects(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<HostChallengeOptions>, HostChallengeOptionsValidator>();
        services.AddOptions<HostChallengeOptions>().BindConfiguration(HostChallengeOptions.Section).ValidateOnStart();
        return services
            .AddSingleton<HostDirectory>()
            .AddSingleton<OldUrlReader>().AddSingleton<ITxtRecords, DnsTxtRecords>().AddSingleton<HostChallenge>().AddSingleton<AliasImporter>()
            .AddSingleton<LogReport>().AddSingleton<CrawlImport>();
    }
}
