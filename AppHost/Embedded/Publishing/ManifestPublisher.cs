using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Publishing;

/// <summary>What the AppHost does instead of running when asked to publish: it writes the deployment manifest.</summary>
internal sealed class ManifestPublisher(ApplicationModelSnapshot model, DistributedApplicationExecutionContext execution, IConfiguration configuration)
{
    /// <summary>Writes the file that <c>--output-path</c> names; false when the request cannot be met, with the reason on the error stream.</summary>
    public async Task<bool> PublishAsync(CancellationToken ct)
    {
        var step = configuration["step"] ?? (configuration["publisher"] == "manifest" ? "publish-manifest" : "publish");
        if (step != "publish-manifest")
            return Refuse($"The embedded build writes only the manifest: --publisher manifest, or --step publish-manifest. For '{step}' (Kubernetes, Docker Compose) use Aspire's packages: -p:UseAspire=true.");
        if (configuration["output-path"] is not { Length: > 0 } output)
            return Refuse("Say where the manifest goes: --output-path FILE.json");

        var file = Path.GetFullPath(output);
        if (Directory.Exists(file))
            file = Path.Combine(file, "aspire-manifest.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var unfinished = $"{file}.unfinished";
        await using (var stream = File.Create(unfinished))
            await new ManifestWriter(model.Resources, execution, Path.GetDirectoryName(file)!).WriteAsync(stream, ct);
        File.Move(unfinished, file, overwrite: true);
        Console.WriteLine($"Published the manifest to {file}");
        return true;
    }

    private static bool Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return false;
    }
}
