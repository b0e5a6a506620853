using Azure.Storage.Blobs;
using ImageService.AppHost.Running;

namespace ImageService.AppHost.Servers;

/// <summary>Azurite, an emulator of Azure Blob Storage, as a process on this machine.</summary>
internal sealed class LocalAzuriteResource(string name, ParameterResource accountKey, string program, string folder)
    : ExecutableResource(name, program, folder), IResourceWithConnectionString
{
    private EndpointReference Endpoint => new(this, LocalAzurite.EndpointName);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"DefaultEndpointsProtocol=http;AccountName={LocalAzurite.Account};AccountKey={accountKey};BlobEndpoint=http://127.0.0.1:{Endpoint.Property(EndpointProperty.Port)}/{LocalAzurite.Account};");
}

/// <summary>Adds Azure Blob Storage of the run's own, with one container in it.</summary>
internal static class LocalAzurite
{
    public const string EndpointName = "http";
    public const string Account = "imageservice";

    /// <summary>Environment variable: the emulator's program, <c>dist/src/blob/main.js</c> of its package.</summary>
    private const string ProgramVariable = "IMAGESERVICE_AZURITE";

    /// <summary>Makes sure that the emulator can be started here.</summary>
    /// <exception cref="ResourceStartException">It is not installed; the message says how to install it.</exception>
    public static void Require() => _ = Programs();

    /// <param name="builder">The application.</param>
    /// <param name="name">Of the resource.</param>
    /// <param name="accountKey">Base64.</param>
    /// <param name="container">Made when the server is up.</param>
    /// <param name="options">Where the data live, and whether they are kept.</param>
    public static IResourceBuilder<LocalAzuriteResource> AddLocalAzurite(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> accountKey, string container, LaunchOptions options)
    {
        var (node, program) = Programs();
        var folder = Path.Combine(options.Data, $"{name}-data");
        var server = builder.AddResource(new LocalAzuriteResource(name, accountKey.Resource, node, folder));
        return server
            .WithEndpoint(scheme: "http", name: EndpointName, isProxied: false)
            .WithEnvironment("AZURITE_ACCOUNTS", $"{Account}:{accountKey}")
            .WithArgs(context =>
            {
                // The SDK is ahead of the emulator: without its check of versions every call would be refused.
                foreach (var argument in (string[])[program, "--blobHost", "127.0.0.1", "--silent", "--disableTelemetry", "--skipApiVersionCheck"])
                    context.Args.Add(argument);
                foreach (var argument in options.Ephemeral ? (string[])["--inMemoryPersistence"] : ["--location", folder])
                    context.Args.Add(argument);
                context.Args.Add("--blobPort");
                context.Args.Add(server.Resource.GetEndpoint(EndpointName).Property(EndpointProperty.TargetPort));
            })
            .WithListeningCheck(EndpointName)
            .OnBeforeResourceStarted((_, _, _) =>
            {
                Directory.CreateDirectory(folder);
                return Task.CompletedTask;
            })
            .OnResourceReady(async (resource, _, ct) =>
                await new BlobServiceClient(await resource.ConnectionStringExpression.GetValueAsync(ct)).GetBlobContainerClient(container)
                    .CreateIfNotExistsAsync(cancellationToken: ct));
    }

    private static (string Node, string Azurite) Programs()
    {
        var azurite = Environment.GetEnvironmentVariable(ProgramVariable) is { Length: > 0 } given ? given : Installed();
        return Executables.Find("node") is { } node && File.Exists(azurite)
            ? (node, azurite)
            : throw new ResourceStartException(
                $"Azurite is not installed here: npm install -g azurite (or {ProgramVariable}=…/azurite/dist/src/blob/main.js); or leave out --store azure, or give ConnectionStrings__azure.");
    }

    /// <summary>Beside the command that npm puts on PATH, which is a link into the package.</summary>
    private static string? Installed() =>
        Executables.Find("azurite-blob") is { } command && File.ResolveLinkTarget(command, returnFinalTarget: true) is { } target
            ? target.FullName
            : null;
}
