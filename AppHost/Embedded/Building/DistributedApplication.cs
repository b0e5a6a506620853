using Aspire.Hosting.Publishing;
using Aspire.Hosting.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>The application, ready to run or to be published.</summary>
public sealed class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;

    internal DistributedApplication(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        // The AppHost starts itself again to be the cache server where none is installed.
        if (args is [GarnetProgram.Verb, var optionsFile])
        {
            GarnetProgram.Run(optionsFile);
            Environment.Exit(0);
        }

        return new DistributedApplicationBuilder(args);
    }

    public void Run() => RunAsync().GetAwaiter().GetResult();

    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await using (this)
        {
            if (Services.GetService<ManifestPublisher>() is { } publisher)
                Environment.ExitCode = await publisher.PublishAsync(cancellationToken) ? 0 : 1;
            else
                await _host.RunAsync(cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => _host.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public void Dispose() => _host.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync();
        else
            _host.Dispose();
    }
}
