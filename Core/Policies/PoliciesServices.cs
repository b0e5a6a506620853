using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Policies;

/// <summary>The policies room's doors.</summary>
public static class PoliciesServices
{
    public static IServiceCollection AddPolicies(this IServiceCollection services) => services.AddSingleton<PolicyResolver>();
}
