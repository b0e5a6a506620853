using ImageService.Core.Invalidation.Cdn;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Invalidation;

/// <summary>Registers the room, with one purger per CDN of the configuration.</summary>
public static class InvalidationServices
{
    public static IServiceCollection AddInvalidation(this IServiceCollection services)
    {
        services.AddOptions<InvalidationOptions>().BindConfiguration(InvalidationOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<InvalidationOptions>, InvalidationOptionsValidator>();
        services.AddSingleton<IValidateOptions<InvalidationOptions>, CdnOptionsValidator>();
        services.AddSingleton<Invalidator>();
        services.AddHostedService<InvalidationListener>();
        services.AddSingleton(provider => new EdgeVerification(
            new HttpClient(Handler()) { Timeout = TimeSpan.FromSeconds(10) },
            provider.GetRequiredService<IOptions<InvalidationOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EdgeVerification>>()));
        services.AddSingleton<PurgeBook>();
        services.AddSingleton(MakePurges);
        return services;
    }

    /// <summary>Makes the purger of one cache.</summary>
    internal static ICdnPurger MakePurger(CdnOptions cdn, PurgeClient client, TimeProvider time) => cdn.Kind switch
    {
        CdnKind.Varnish => new VarnishPurger(client, cdn),
        CdnKind.Nginx => new NginxPurger(client, cdn),
        CdnKind.Fastly => new FastlyPurger(client, cdn),
        CdnKind.Cloudflare => new CloudflarePurger(client, cdn),
        CdnKind.CloudFront => new CloudFrontPurger(client, cdn, time),
        _ => throw new ArgumentOutOfRangeException(nameof(cdn)),
    };

    private static CdnPurges MakePurges(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<InvalidationOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<CdnPurges>>();
        PurgedCdn[] cdns =
        [
            .. options.Cdns.Select((cdn, place) => new PurgedCdn(
                MakePurger(cdn, new PurgeClient(Handler(), options, time, logger), time),
                cdn.PublicBaseUrl is { } url ? new Uri(url) : null)
            {
                Name = options.NameOf(place),
            }),
        ];
        return new CdnPurges(cdns, services.GetRequiredService<EdgeVerification>(), services.GetRequiredService<ImageServiceMetrics>(), logger);
    }

    /// <summary>Connections are renewed now and then, so that a changed address of a CDN's API is noticed.</summary>
    private static SocketsHttpHandler Handler() => new() { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
}
