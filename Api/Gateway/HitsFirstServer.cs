using System.Diagnostics;
using ImageService.Api.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Gateway;

/// <summary>
/// Puts <see cref="MemoryHits"/> before the application: a hit has neither <c>HttpContext</c> nor span nor log scope, and passes no middleware. The one
/// place where everything else leaves the thread it arrived
/// on, which may be one that waits for all sockets, for a thread of the pool.
/// </summary>
/// <param name="server">Which receives requests.</param>
/// <param name="hits">Asked for at the start, so that who only wants the server's addresses need not wait for all that a hit needs.</param>
internal sealed class HitsFirstServer(IServer server, Func<MemoryHits> hits) : IServer
{
    public IFeatureCollection Features => server.Features;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull => server.StartAsync(new Application<TContext>(application, hits()), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    private sealed class Application<TContext>(IHttpApplication<TContext> application, MemoryHits hits) : IHttpApplication<Visit<TContext>>
        where TContext : notnull
    {
        public Visit<TContext> CreateContext(IFeatureCollection contextFeatures)
        {
            // Requests of a connection come one after the other: the server keeps the object for the next.
            var kept = contextFeatures as IHostContextContainer<Visit<TContext>>;
            var visit = kept?.HostContext ?? new Visit<TContext>();
            if (kept is not null)
                kept.HostContext = visit;
            visit.Begin(contextFeatures);
            return visit;
        }

        public Task ProcessRequestAsync(Visit<TContext> context) => hits.TryAnswer(context.Features, out var answering) ? answering : TakeLongWayAsync(context);

        public void DisposeContext(Visit<TContext> context, Exception? exception)
        {
            if (context.Application is { } below)
            {
                // It became the current one within the long way, whose end took it away: who names it by its route and outcome looks for it there.
                if (context.Features.Get<IHttpActivityFeature>() is { } span)
                    Activity.Current = span.Activity;
                application.DisposeContext(below, exception);
            }

            context.End();
        }

        private async Task TakeLongWayAsync(Visit<TContext> visit)
        {
            await PoolThread.Enter;
            PooledBody.Replace(visit.Features);
            visit.Application = application.CreateContext(visit.Features);
            await application.ProcessRequestAsync(visit.Application);
        }
    }

    /// <summary>One request.</summary>
    private sealed class Visit<TContext>
        where TContext : notnull
    {
        public IFeatureCollection Features { get; private set; } = null!;

        /// <summary>The application's own context; null for what never reached it.</summary>
        public TContext? Application { get; set; }

        public void Begin(IFeatureCollection features) => (Features, Application) = (features, default);

        public void End() => (Features, Application) = (null!, default);
    }
}

internal static class HitsFirstServices
{
    public static void AddMemoryHits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<HitSamplingOptions>().BindConfiguration(HitSamplingOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HitSamplingOptions>, HitSamplingOptionsValidator>();
        services.AddSingleton<HitSampling>();
        services.AddSingleton<HitEdge>();
        services.AddSingleton<MemoryHits>();
        services.PutHitsFirst();
    }

    /// <summary>Wraps the server that is registered last, where this replica serves images.</summary>
    internal static void PutHitsFirst(this IServiceCollection services)
    {
        var registered = services.Last(static service => service.ServiceType == typeof(IServer));
        services.Replace(ServiceDescriptor.Singleton(provider =>
        {
            var server =
                (IServer)(registered.ImplementationFactory?.Invoke(provider)
                    ?? registered.ImplementationInstance ?? ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!));
            return provider.GetRequiredService<IOptions<ApiOptions>>().Value.Serve == ServedHalf.Control
                ? server : new HitsFirstServer(server, provider.GetRequiredService<MemoryHits>);
        }));
    }
}
