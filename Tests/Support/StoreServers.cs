using System.Diagnostics;
using System.Net.Sockets;

using Amazon.Runtime;
using Amazon.S3;

using Azure.Storage.Blobs;

using ImageService.Core.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(ImageService.Tests.Support.StoreServers))]

namespace ImageService.Tests.Support;

/// <summary>
/// Real object store servers for the whole run, started when the first test asks, on loopback: radosgw for S3 and Azurite for Azure. A test of a server
/// that is not on
/// this machine is skipped with the command that installs it. A running one is used where <c>IMAGESERVICE_TEST_S3</c> (<c>url;access key;secret key</c>) or
/// <c>IMAGESERVICE_TEST_AZURE</c> (a connection string) names it. They end with the test process, also when that is killed.
/// </summary>
public sealed class StoreServers : IAsyncDisposable
{
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private readonly PrivateFolder _folder = new("stores");
    private readonly List<Process> _processes = [];
    private readonly Lazy<Task<StoreServer>> _s3;
    private readonly Lazy<Task<StoreServer>> _azure;

    public StoreServers() => (_s3, _azure) = (new(StartS3Async), new(StartAzureAsync));

    /// <summary>radosgw, with a bucket of this run.</summary>
    public Task<StoreServer> S3Async() => _s3.Value;

    /// <summary>Azurite, with a container of this run.</summary>
    public Task<StoreServer> AzureAsync() => _azure.Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            // The script's own trap ends what it started.
            using (process)
            {
                if (!process.HasExited)
                    Process.Start("kill", ["-TERM", $"{process.Id}"]).Dispose();
                await process.WaitForExitAsync();
            }
        }

        _folder.Dispose();
    }

    private async Task<StoreServer> StartS3Async()
    {
        var (url, access, secret, name) = ("", "imageservice", Guid.CreateVersion7().ToString("n"), "radosgw");
        if (Environment.GetEnvironmentVariable("IMAGESERVICE_TEST_S3")?.Split(';') is [var givenUrl, var givenAccess, var givenSecret])
        {
            (url, access, secret) = (givenUrl, givenAccess, givenSecret);
        }
        else if (!IsInstalled("radosgw") || !IsInstalled("ceph-mon") || !IsInstalled("ceph-osd"))
        {
            return StoreServer.Absent("radosgw is not installed: apt-get install radosgw ceph-mon ceph-osd");
        }
        else
        {
            var port = Ports.FreeRange(41);
            url = $"http://127.0.0.1:{port}";
            await StartAsync("bash", [Repository.PathOf("AppHost", "Stores", "radosgw.sh"), _folder.Next(), $"{port}", $"{Environment.ProcessId}"], "ready",
                ("S3_ACCESS_KEY", access), ("S3_SECRET_KEY", secret));
        }

        var options = new StoreOptions
        {
            Provider = "s3", Profile = "ceph", ServiceUrl = url, Bucket = $"t{Guid.CreateVersion7():n}", AccessKey = access, SecretKey = secret,
            WarmClass = "STANDARD_IA", ColdClass = "GLACIER_IR", Timeout = TimeSpan.FromSeconds(30),
        };
        using var client = S3Client(options);
        await client.PutBucketAsync(options.Bucket);
        return new StoreServer(name, options, null);
    }

    private async Task<StoreServer> StartAzureAsync()
    {
        var connection = Environment.GetEnvironmentVariable("IMAGESERVICE_TEST_AZURE");
        if (connection is null)
        {
            if (FindAzurite() is not { } program)
                return StoreServer.Absent("Azurite is not installed: npm install -g azurite, or set IMAGESERVICE_AZURITE to its dist/src/blob/main.js");
            var port = Ports.FreeRange(1);
            connection =
                $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={AccountKey};BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;";
            var script = "node \"$0\" --blobHost 127.0.0.1 --blobPort \"$1\" --inMemoryPersistence --disableTelemetry --skipApiVersionCheck & child=$!; "
                + "trap 'kill $child' EXIT; trap 'exit 0' TERM; while kill -0 \"$2\" 2>/dev/null && kill -0 $child 2>/dev/null; do sleep 1; done";
            await StartAsync("bash", ["-c", script, program, $"{port}", $"{Environment.ProcessId}"], "successfully listens");
        }

        var options = new StoreOptions
        {
            Provider = "azure", ConnectionString = connection, Container = $"t{Guid.CreateVersion7():n}",
            Timeout = TimeSpan.FromSeconds(30)
        };
        await new BlobServiceClient(connection).CreateBlobContainerAsync(options.Container);
        return new StoreServer("Azurite", options, null);
    }

    /// <summary>A client of the SDK itself, to look behind the adapter's back.</summary>
    public static AmazonS3Client S3Client(StoreOptions options) => new(
        new BasicAWSCredentials(options.AccessKey, options.SecretKey),
        new AmazonS3Config
        {
            ServiceURL = options.ServiceUrl, ForcePathStyle = true, AuthenticationRegion = "default", UseHttp = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    private async Task StartAsync(string program, string[] arguments, string ready, params (string Name, string Value)[] environment)
    {
        var lines = new List<string>();
        var process = new Process
        {
            StartInfo =
            new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true }
        };
        foreach (var (name, value) in environment)
            process.StartInfo.Environment[name] = value;
        process.Start();
        _processes.Add(process);
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            lines.Add(line);
            if (line.Contains(ready, StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException($"{program} {arguments[0]} ended before it was ready: {string.Join(' ', lines)} {await errors}");
    }

    private static string? FindAzurite()
    {
        if (Environment.GetEnvironmentVariable("IMAGESERVICE_AZURITE") is { Length: > 0 } given)
            return File.Exists(given) ? given : null;
        string[] roots = ["/usr/local/lib/node_modules", "/usr/lib/node_modules"];
        return !IsInstalled("node") ? null : roots.Select(root => Path.Combine(root, "azurite", "dist", "src", "blob", "main.js")).FirstOrDefault(File.Exists);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static class Ports
    {
        /// <summary>The first of so many ports in a row that nobody listens on right now.</summary>
        public static int FreeRange(int count)
        {
            for (var attempt = 0; attempt < 50; attempt++)
            {
                var first = Random.Shared.Next(20_000, 30_000);
                if (Enumerable.Range(first, count).All(IsFree))
                    return first;
            }

            throw new InvalidOperationException("No free ports were found.");
        }

        private static bool IsFree(int port)
        {
            try
            {
                using var listener = new TcpListener(System.Net.IPAddress.Loopback, port);
                listener.Start();
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}

/// <summary>A server to test an adapter against.</summary>
/// <param name="Name">For the matrix.</param>
/// <param name="Options">How to reach it.</param>
/// <param name="Reason">Why it is not there; null where it is.</param>
public sealed record StoreServer(string Name, StoreOptions Options, string? Reason)
{
    public static StoreServer Absent(string reason) => new("-", new StoreOptions(), reason);
}
