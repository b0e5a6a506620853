using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ImageService.Client.AspNetCore;

/// <summary>Registers the clients.</summary>
public static class ImageServiceServices
{
    /// <summary>
    /// <see cref="ImageServiceClient"/> on a pooled <see cref="HttpClient"/>, and <see cref="ImageMarkup"/> for the TagHelper and the component
    /// <c>Picture</c>. Options are judged at the start.
    /// </summary>
    /// <returns>The client's builder, for handlers and timeouts.</returns>
    public static IHttpClientBuilder AddImageService(this IServiceCollection services, Action<ImageServiceOptions> configure)
    {
        services.AddOptions<ImageServiceOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ImageServiceOptions>, OptionsJudge>();
        services.AddSingleton<ImageMarkup>();
        return services.AddHttpClient(nameof(ImageServiceClient), static (provider, http) => http.BaseAddress = Options(provider).ApiUrl)
            .AddTypedClient(static (http, provider) => new ImageServiceClient(http, Options(provider).ApiKey!));
    }

    private static ImageServiceOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ImageServiceOptions>>().Value;

    private sealed class OptionsJudge : IValidateOptions<ImageServiceOptions>
    {
        public ValidateOptionsResult Validate(string? name, ImageServiceOptions options) =>
            options.Fault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
    }
}
