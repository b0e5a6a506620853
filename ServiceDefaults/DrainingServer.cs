using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ImageService.ServiceDefaults;

/// <summary>
/// While the service drains, each answer is the last of its connection: <c>Connection: close</c> in HTTP/1.1 (RFC 9112, 9.6), GOAWAY later (RFC 9113, 6.8).
/// Who keeps connections, a proxy or a client behind a balancer of connections, opens the next where somebody stays, instead of finding this one closed
/// under a request that was just sent: the server by itself says so only once it closes.
/// </summary>
internal sealed class DrainingServer(IServer server, Draining draining) : IServer
{
    public IFeatureCollection Features => server.Features;

    /// <summary>Wraps the server that is registered last.</summary>
    public static void Wrap(IServiceCollection services)
    {
        var registered = services.Last(static service => service.ServiceType == typeof(IServer));
        services.Replace(ServiceDescriptor.Singleton<IServer>(provider => new DrainingServer(
            (IServer)(registered.ImplementationFactory?.Invoke(provider)
                ?? registered.ImplementationInstance ?? ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!)),
            provider.GetRequiredService<Draining>())));
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull => server.StartAsync(new Application<TContext>(application, draining), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    private static void EndConnection(IFeatureCollection features)
    {
        var protocol = features.GetRequiredFeature<IHttpRequestFeature>().Protocol;
        if (HttpProtocol.IsHttp2(protocol) || HttpProtocol.IsHttp3(protocol))
        {
            features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            return;
        }

        // When the answer begins, as a failure clears what was set before. Who changes the protocol keeps the connection.
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        response.OnStarting(static state =>
        {
            var answer = (IHttpResponseFeature)state;
            if (answer.StatusCode != StatusCodes.Status101SwitchingProtocols)
                answer.Headers.Connection = "close";
            return Task.CompletedTask;
        }, response);
    }

    private sealed class Application<TContext>(IHttpApplication<TContext> application, Draining draining) : IHttpApplication<TContext>
        where TContext : notnull
    {
        public TContext CreateContext(IFeatureCollection contextFeatures)
        {
            if (draining.IsOn)
                EndConnection(contextFeatures);
            return application.CreateContext(contextFeatures);
        }

        public Task ProcessRequestAsync(TContext context) => application.ProcessRequestAsync(context);

        public void DisposeContext(TContext context, Exception? exception) => application.DisposeContext(context, exception);
    }
}
