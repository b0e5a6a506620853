using System.Reflection;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Publishing;
using Aspire.Hosting.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Collects the model; what is done with it is decided by the command line: run it, or write its manifest.</summary>
internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly Dictionary<string, IResource> _names = new(StringComparer.OrdinalIgnoreCase);

    public DistributedApplicationBuilder(string[] args)
    {
        AppHostDirectory = typeof(DistributedApplicationBuilder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(fact => fact.Key == "apphostprojectpath").Value!;
        _host = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = Directory.Exists(AppHostDirectory) ? AppHostDirectory : AppContext.BaseDirectory });
        _host.Logging.ClearProviders();
        var publish = Configuration["operation"] == "publish" || Configuration["publisher"] is not null;
        ExecutionContext = new(publish ? DistributedApplicationOperation.Publish : DistributedApplicationOperation.Run);
        Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(1));
        Services.AddSingleton(ExecutionContext).AddSingleton<ResourceNotificationService>().AddSingleton<ConsoleLog>();
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IList<IResource> Resources { get; } = [];

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (!_names.TryAdd(resource.Name, resource))
            throw new InvalidOperationException($"There are two resources named {resource.Name}.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        var data = new RunData(
            Path.GetFullPath(Configuration["data"] ?? Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.LocalApplicationData), "ImageService")),
            Configuration.GetValue("ephemeral", false));
        var model = new ApplicationModelSnapshot([.. Resources], AppHostDirectory);
        Services.AddSingleton(data).AddSingleton(model);
        if (ExecutionContext.IsPublishMode)
        {
            Services.AddSingleton<ManifestPublisher>();
        }
        else
        {
            Services.AddSingleton<ProcessSpawner>().AddSingleton<ResourceStarter>()
                .AddHostedService<ParentWatch>()
                .AddHostedService<Orchestrator>();
        }

        return new DistributedApplication(_host.Build());
    }
}

/// <summary>The finished model.</summary>
internal sealed record ApplicationModelSnapshot(IReadOnlyList<IResource> Resources, string AppHostDirectory);
