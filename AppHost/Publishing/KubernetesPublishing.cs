#pragma warning disable ASPIREPIPELINES001, ASPIREPIPELINES004 // pipeline steps and their output are an experimental API of Aspire
using Aspire.Hosting.Pipelines;
using k8s;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.AppHost.Publishing;

/// <summary>The step of <c>aspire publish</c> that writes the application for Kubernetes: one file, typed objects, no secret in it.</summary>
internal static class KubernetesPublishing
{
    public const string FileName = "imageservice.yaml";

    /// <summary>Adds the step to Aspire's pipeline; it runs when the application is published.</summary>
    public static void AddKubernetesPublishing(this IDistributedApplicationBuilder builder) =>
        builder.Pipeline.AddStep("publish-kubernetes", WriteAsync, requiredBy: WellKnownPipelineSteps.Publish);

    private static async Task WriteAsync(PipelineStepContext step)
    {
        var images = step.Services.GetRequiredService<IConfiguration>().GetSection(ImageNames.Section).Get<ImageNames>() ?? new ImageNames();
        var workloads = new KubernetesWorkloads(step.ExecutionContext, images);
        foreach (var resource in step.Model.GetComputeResources())
            await workloads.AddAsync(resource, step.CancellationToken);

        var folder = step.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory();
        Directory.CreateDirectory(folder);
        var header = $"""
            # Written by `aspire publish`; deploy/README.md says how to use it.
            # Secret "{KubernetesValues.Secret}" is not in this file. It holds: {string.Join(", ", workloads.Secrets)}.

            """;
        await File.WriteAllTextAsync(Path.Combine(folder, FileName), header + KubernetesYaml.SerializeAll(workloads.Objects), step.CancellationToken);
    }
}
