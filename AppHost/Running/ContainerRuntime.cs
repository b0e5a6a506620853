using System.Reflection;
using System.Text.Json;
using ImageService.AppHost.Servers;

namespace ImageService.AppHost.Running;

/// <summary>Docker or Podman, as Aspire's orchestrator finds it.</summary>
internal static class ContainerRuntime
{
    /// <summary>Makes sure that containers can be started.</summary>
    /// <exception cref="ResourceStartException">There is no runtime, or it does not answer; the message says what to do.</exception>
    public static void Require()
    {
        var orchestrator = typeof(ContainerRuntime).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "dcpclipath").Value!;
        var (code, output, errors) = Executables.RunAsync(orchestrator, ["info"], null, CancellationToken.None).GetAwaiter().GetResult();
        if (code != 0)
            throw new ResourceStartException($"The container runtime could not be asked for: {errors.Trim()}");
        Judge(output);
    }

    /// <param name="info">What the orchestrator says of the machine: JSON.</param>
    internal static void Judge(string info)
    {
        using var document = JsonDocument.Parse(info);
        var containers = document.RootElement.GetProperty("containers");
        if (!containers.GetProperty("installed").GetBoolean())
            throw new ResourceStartException(
                "--containers needs Docker or Podman, and neither is installed here. Install one, or leave --containers out: the data servers then run as processes.");
        if (!containers.GetProperty("running").GetBoolean())
            throw new ResourceStartException(
                "--containers needs Docker or Podman, and the one that is installed does not answer. Start it, or leave --containers out: the data servers then run as processes.");
    }
}
