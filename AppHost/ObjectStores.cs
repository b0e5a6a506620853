using ImageService.AppHost.Servers;

namespace ImageService.AppHost;

/// <summary>
/// The object stores that <c>--store</c> names: a folder; S3 or Azure Blob Storage as a process of the run's own. Published, a folder is a mount that the
/// Api and the Worker share,
/// S3 is parameters and Azure a connection string. The folder stays known beside the others, so that what lies there is still served and can be moved.
/// </summary>
internal static class ObjectStores
{
    /// <summary>Setting: what speaks S3.</summary>
    public const string Profile = "s3-profile";

    /// <summary>Setting: region of the bucket.</summary>
    public const string Region = "s3-region";

    /// <summary>Setting: the bucket.</summary>
    public const string BucketName = "s3-bucket";

    /// <summary>Bucket and container of a run.</summary>
    private const string Bucket = "images";

    private const string PublishedRoot = "/data/objects";

    public static ObjectStore AddObjectStore(this IDistributedApplicationBuilder builder, LaunchOptions options, RunSecrets secrets) => options.Store switch
    {
        LaunchOptions.S3 when builder.ExecutionContext.IsPublishMode => PublishedS3(builder),
        LaunchOptions.S3 => LocalS3(builder, options, secrets),
        LaunchOptions.Azure => Azure(builder, options, secrets),
        _ => new ObjectStore(service => service
            .WithEnvironment("Storage__Provider", "file")
            .WithEnvironment("Storage__Root", RootOf(service, options))),
    };

    /// <summary>Tells a service where objects are.</summary>
    public static IResourceBuilder<ProjectResource> WithObjectStore(this IResourceBuilder<ProjectResource> service, ObjectStore store)
    {
        store.Configure(service);
        return service;
    }

    private static ObjectStore LocalS3(IDistributedApplicationBuilder builder, LaunchOptions options, RunSecrets secrets)
    {
        var secretKey = builder.AddPassword("s3-secret-key", secrets);
        var server = builder.AddLocalRadosgw("s3", secretKey, Bucket, options);
        return new ObjectStore(service => service.WithStore("s3", options)
            .WithEnvironment("Storage__Stores__s3__Profile", "ceph")
            .WithEnvironment("Storage__Stores__s3__ServiceUrl", server.Resource.GetEndpoint(LocalRadosgw.EndpointName))
            .WithEnvironment("Storage__Stores__s3__Bucket", Bucket)
            .WithEnvironment("Storage__Stores__s3__AccessKey", LocalRadosgw.AccessKey)
            .WithEnvironment("Storage__Stores__s3__SecretKey", secretKey)
            .WithEnvironment("Storage__Stores__s3__WarmClass", "STANDARD_IA")
            .WithEnvironment("Storage__Stores__s3__ColdClass", "GLACIER_IR")
            .WaitFor(server));
    }

    // Without keys the platform's own identity is used, so none are asked for.
    private static ObjectStore PublishedS3(IDistributedApplicationBuilder builder)
    {
        var profile = builder.AddParameter(Profile, "aws", publishValueAsDefault: true)
            .WithDescription("What speaks S3: aws, minio, r2, ceph, seaweedfs, wasabi, b2");
        var region = builder.AddParameter(Region).WithDescription("Region of the bucket");
        var bucket = builder.AddParameter(BucketName).WithDescription("Bucket for originals and variants; it must exist");
        return new ObjectStore(service => service
            .WithEnvironment("Storage__Default", "s3")
            .WithEnvironment("Storage__Stores__s3__Provider", "s3")
            .WithEnvironment("Storage__Stores__s3__Profile", profile)
            .WithEnvironment("Storage__Stores__s3__Region", region)
            .WithEnvironment("Storage__Stores__s3__Bucket", bucket));
    }

    private static ObjectStore Azure(IDistributedApplicationBuilder builder, LaunchOptions options, RunSecrets secrets)
    {
        var given = builder.ExecutionContext.IsPublishMode || Infrastructure.IsGiven(builder, "azure");
        var server = given
            ? builder.AddConnectionString("azure")
            : (IResourceBuilder<IResourceWithConnectionString>)builder.AddLocalAzurite("azure",
                builder.AddSecret("azure-account-key", secrets.Key, "Base64: key of the storage account"), Bucket, options);
        return new ObjectStore(service =>
        {
            service.WithStore("azure", options).WithEnvironment("Storage__Stores__azure__Container", Bucket).WithReference(server, "azure");
            if (!given)
                service.WaitFor(server);
        });
    }

    private static IResourceBuilder<ProjectResource> WithStore(this IResourceBuilder<ProjectResource> service, string name, LaunchOptions options)
    {
        service.WithEnvironment("Storage__Default", name).WithEnvironment($"Storage__Stores__{name}__Provider", name);
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
            service.WithEnvironment("Storage__Stores__file__Provider", "file").WithEnvironment("Storage__Stores__file__Root", RootOf(service, options));
        return service;
    }

    private static string RootOf(IResourceBuilder<ProjectResource> service, LaunchOptions options)
    {
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
            return Path.Combine(options.Data, "objects");
        service.WithAnnotation(new ContainerMountAnnotation("objects", PublishedRoot, ContainerMountType.Volume, isReadOnly: false));
        return PublishedRoot;
    }
}
