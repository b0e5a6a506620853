#pragma warning disable ASPIREPIPELINES001, ASPIREPIPELINES004 // pipeline steps and their output are an experimental API of Aspire
using Aspire.Hosting.Pipelines;
using k8s;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.AppHost.Publishing;

/// <summary>
/// The step of <c>aspire publish</c> that writes the application from its model: for Kubernetes a base with two overlays and examples, for one machine a
/// Compose file, and
/// a page that says how to use them. Typed objects throughout, no secret in any file, the same bytes from the same model.
/// </summary>
internal static class DeploymentPublishing
{
    private const string Objects = "imageservice.yaml";

    /// <summary>Adds the step to Aspire's pipeline; it runs when the application is published.</summary>
    public static void AddDeploymentPublishing(this IDistributedApplicationBuilder builder)
    {
        builder.Pipeline.AddStep("publish-deployment", WriteAsync, requiredBy: WellKnownPipelineSteps.Publish);
        builder.Pipeline.AddPipelineConfiguration(static context =>
        {
            // Aspire's own manifest lies beside what we write.
            foreach (var step in context.Steps.Where(step => step.Name == "publish-manifest"))
                step.RequiredBy(WellKnownPipelineSteps.Publish);
            return Task.CompletedTask;
        });
    }

    private static async Task WriteAsync(PipelineStepContext step)
    {
        var options =
            step.Services.GetRequiredService<IConfiguration>().GetSection(PublishingOptions.Section).Get<PublishingOptions>() ?? new PublishingOptions();
        var resources = await PublishedResource.ReadAsync(step.Model, step.ExecutionContext, options, step.CancellationToken);
        var queue = resources.Select(resource => resource.Variables.GetValueOrDefault("Messaging__Provider")).OfType<string>().FirstOrDefault() ?? "postgres";
        var values = new KubernetesValues();
        var services = new KubernetesServices(values, options);
        object[] deployed = [.. resources.Where(resource => resource.IsService).SelectMany(services.Of)];
        var compose = new ComposeText();

        var folder = step.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory();
        Dictionary<string, string> files = new(StringComparer.Ordinal)
        {
            [$"base/{Objects}"] = Yaml([KubernetesServices.Priority(), .. services.Claims, .. deployed, .. KubernetesNetwork.Policies()]),
            ["base/kustomization.yaml"] = Yaml([new Kustomization { Resources = [Objects] }]),
            ["overlays/small/routes.yaml"] = Yaml([KubernetesRoutes.Ingress(options)]),
            ["overlays/small/kustomization.yaml"] =
                Yaml([Overlay(options, values, ["routes.yaml"],
                    [.. KubernetesServices.Deployments.Select(name => new ReplicaCount { Name = name, Count = 1 })])]),
            ["overlays/production/routes.yaml"] = Yaml(KubernetesRoutes.Gateway(options)),
            ["overlays/production/scaling.yaml"] = Yaml(KubernetesScaling.Of(queue)),
            ["overlays/production/monitoring.yaml"] = Yaml(KubernetesMonitoring.Of()),
            ["overlays/production/kustomization.yaml"] = Yaml([Production(options, values)]),
            ["docker-compose.yaml"] = Yaml([ComposeFile.Of(resources, compose)]),
            ["README.md"] = DeploymentReadme.Write(options, values, compose, queue),
        };
        foreach (var (name, text) in KubernetesMonitoring.Dashboards())
            files[$"overlays/production/dashboards/{name}"] = text;
        foreach (var (name, objects) in KubernetesExamples.Of(values.Secrets))
            files[$"examples/{name}"] = Yaml(objects);
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, step.CancellationToken);
        }
    }

    private static Kustomization Production(PublishingOptions options, KubernetesValues values)
    {
        var overlay = Overlay(options, values, ["routes.yaml", "scaling.yaml", "monitoring.yaml"], KubernetesScaling.Least);
        overlay.ConfigMapGenerator!.Add(new ConfigMapSource
        {
            Name = "imageservice-dashboards",
            Files = [.. KubernetesMonitoring.Dashboards().Keys.Select(name => $"dashboards/{name}")],
            Options = new GeneratorOptions { Labels = new Dictionary<string, string> { ["grafana_dashboard"] = "1" }, DisableNameSuffixHash = true },
        });
        return overlay;
    }

    private static Kustomization Overlay(PublishingOptions options, KubernetesValues values, IEnumerable<string> resources, IList<ReplicaCount> replicas) =>
        new()
        {
            Namespace = options.Namespace,
            Resources = ["../../base", .. resources],
            Replicas = replicas,
            ConfigMapGenerator =
            [new ConfigMapSource { Name = KubernetesValues.Source, Literals = [.. values.Settings.Keys.Select(key => $"{key}={Example(key, options)}")] }],
        };

    private static string Example(string setting, PublishingOptions options) => setting switch
    {
        Addresses.Images => $"https://{options.ImagesHost}",
        Addresses.Portal => $"https://{options.PortalHost}",
        Addresses.Proxies => "10.0.0.0/8",
        ObjectStores.Profile => "aws",
        ObjectStores.Region => "eu-central-1",
        ObjectStores.BucketName => "images",
        _ => throw new NotSupportedException($"The overlays know no value for the setting '{setting}'."),
    };

    private static string Yaml(IEnumerable<object> objects) => KubernetesYaml.SerializeAll(objects);
}
