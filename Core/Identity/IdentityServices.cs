using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Identity;

/// <summary>Registers people: accounts, sessions, second factors, invitations, mail.</summary>
public static class IdentityServices
{
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SmtpOptions>().BindConfiguration(SmtpOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<SecondFactor>();
        services.AddSingleton<SessionBook>();
        services.AddSingleton<Accounts>();
        services.AddSingleton<Mailer>();
        services.AddHostedService(static provider => provider.GetRequiredService<Mailer>());
        services.AddSingleton<PasswordResets>();
        services.AddSingleton<Invitations>();
        return services;
    }

    /// <summary>Makes the first owner that configuration names, where it names one.</summary>
    public static IServiceCollection AddFirstAdministrator(this IServiceCollection services)
    {
        services.AddOptions<FirstAdministratorOptions>().BindConfiguration(FirstAdministratorOptions.Section)
            .Validate(
                static first => first.AreComplete,
                $"{FirstAdministratorOptions.Section}: set Email to an address and OrganizationSlug to a slug, or leave Email empty to make nobody.")
            .ValidateOnStart();
        return services.AddHostedService<FirstAdministrator>();
    }
}
