using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Util;
using ImageService.AppHost.Running;

namespace ImageService.AppHost.Servers;

/// <summary>radosgw, Ceph's S3 server, with one monitor and one object daemon on this machine.</summary>
internal sealed class LocalRadosgwResource(string name, string folder) : ExecutableResource(name, "bash", folder), IResourceWithEndpoints;

/// <summary>Adds an S3 server of the run's own, with one bucket in it: in memory for an ephemeral run, on disk for one that keeps its data.</summary>
internal static class LocalRadosgw
{
    public const string EndpointName = "http";
    public const string AccessKey = "imageservice";

    /// <summary>The script takes its port, the two after it and one of the 30 from ten after it.</summary>
    private const int PortsInARow = 41;

    /// <summary>Makes sure that the server can be started here.</summary>
    /// <exception cref="ResourceStartException">It is not installed; the message says how to install it.</exception>
    public static void Require()
    {
        if (((string[])["bash", "radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "monmaptool", "ceph"]).Any(program => Executables.Find(program) is null))
            throw new ResourceStartException(
                "radosgw is not installed here: apt-get install radosgw ceph-mon ceph-osd; or leave out --store s3, or point Storage:Stores at a server you have.");
    }

    /// <param name="builder">The application.</param>
    /// <param name="name">Of the resource.</param>
    /// <param name="secretKey">Letters and digits.</param>
    /// <param name="bucket">Made when the server is up.</param>
    /// <param name="options">Where the data live, and whether they are kept.</param>
    public static IResourceBuilder<LocalRadosgwResource> AddLocalRadosgw(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> secretKey, string bucket, LaunchOptions options)
    {
        Require();
        var folder = Path.Combine(options.Data, $"{name}-data");
        var port = PortOf(folder);
        return builder.AddResource(new LocalRadosgwResource(name, folder))
            .WithEndpoint(port: port, targetPort: port, scheme: "http", name: EndpointName, isProxied: false)
            .WithArgs(Path.Combine(builder.AppHostDirectory, "Stores", "radosgw.sh"), folder, Text(port), Text(Environment.ProcessId),
                options.Ephemeral ? "memory" : "disk")
            .WithEnvironment("S3_ACCESS_KEY", AccessKey)
            .WithEnvironment("S3_SECRET_KEY", secretKey)
            .WithListeningCheck(EndpointName)
            .OnResourceReady(async (resource, _, ct) =>
                await CreateBucketAsync(resource.GetEndpoint(EndpointName).Url, (await secretKey.Resource.GetValueAsync(ct))!, bucket));
    }

    /// <summary>The monitor's address is part of the cluster's data, so its ports stay what they were.</summary>
    private static int PortOf(string folder)
    {
        var file = Path.Combine(folder, "port");
        if (File.Exists(file))
            return int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
        var port = Ports.FreeRow(PortsInARow);
        Directory.CreateDirectory(folder);
        File.WriteAllText(file, Text(port));
        return port;
    }

    private static async Task CreateBucketAsync(string url, string secretKey, string bucket)
    {
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(AccessKey, secretKey),
            new AmazonS3Config
            {
                ServiceURL = url, ForcePathStyle = true, AuthenticationRegion = "default", UseHttp = true,
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            });
        if (!await AmazonS3Util.DoesS3BucketExistV2Async(client, bucket))
            await client.PutBucketAsync(bucket);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
