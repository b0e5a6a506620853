using ImageService.Tests.Support;

namespace ImageService.Tests.Acceptance;

/// <summary>
/// The object store and the queue that the acceptance tests run on: <c>IMAGESERVICE_TEST_STORE</c> (<c>file</c>, <c>s3</c>, <c>azure</c>, <c>minio</c>,
/// <c>gcs</c>) and <c>IMAGESERVICE_TEST_QUEUE</c> (<c>postgres</c>, <c>rabbitmq</c>, <c>sqs</c>, <c>pubsub</c>, <c>servicebus</c>). The AppHost starts those
/// that it knows; for the others a server of the contract tests is started here, and the stack hears of it by configuration alone.
/// </summary>
internal sealed class ChosenServers : IAsyncDisposable
{
    private const string StoreVariable = "IMAGESERVICE_TEST_STORE";
    private const string QueueVariable = "IMAGESERVICE_TEST_QUEUE";
    private static readonly TimeSpan LockDuration = TimeSpan.FromSeconds(30);

    private readonly List<IAsyncDisposable> _started = [];
    private readonly List<string> _arguments = [];
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    /// <summary>For the AppHost.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>Environment variables of the stack.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    public static async Task<ChosenServers> StartAsync()
    {
        var chosen = new ChosenServers();
        await chosen.ChooseStoreAsync(Environment.GetEnvironmentVariable(StoreVariable) ?? "file");
        await chosen.ChooseQueueAsync(Environment.GetEnvironmentVariable(QueueVariable) ?? "postgres");
        return chosen;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _started)
            await server.DisposeAsync();
    }

    private async Task ChooseStoreAsync(string name)
    {
        switch (name)
        {
            case "file" or "s3" or "azure":
                _arguments.AddRange(["--store", name]);
                break;
            case "minio":
                await MinioAsync();
                break;
            case "gcs":
                var server = Started(new FakeGcsServer());
                await server.StartAsync();
                Store(name, ("ServiceUrl", server.Url), ("Bucket", "images"));
                break;
            default:
                throw new InvalidOperationException($"{StoreVariable} is '{name}': set it to file, s3, azure, minio or gcs.");
        }
    }

    private async Task ChooseQueueAsync(string name)
    {
        switch (name)
        {
            case "postgres" or "rabbitmq":
                _arguments.AddRange(["--queue", name]);
                break;
            case "sqs":
                var sqs = await Started(new SqsServer()).GetUriAsync(CancellationToken.None);
                Queue(name, ("Messaging__Sqs__ServiceUrl", sqs.ToString()), ("Messaging__Sqs__Region", "us-east-1"), ("Messaging__Sqs__AccessKey", "key"),
                    ("Messaging__Sqs__SecretKey", "secret"));
                break;
            case "pubsub":
                var service = Started(new PubSubService());
                await service.StartAsync(CancellationToken.None);
                var address = service.Uri.ToString().TrimEnd('/');
                Queue(name, ("Messaging__PubSub__Project", "test-project"), ("Messaging__PubSub__Endpoint", address),
                    ("Messaging__PubSub__MonitoringEndpoint", address));
                break;
            case "servicebus":
                var host = Started(new ServiceBusHost());
                host.AddQueue("imageservice", LockDuration);
                Queue(name, ("ConnectionStrings__queue", host.ConnectionString));
                break;
            default:
                throw new InvalidOperationException($"{QueueVariable} is '{name}': set it to postgres, rabbitmq, sqs, pubsub or servicebus.");
        }
    }

    private async Task MinioAsync()
    {
        var server = await Started(new StoreServers()).S3Async();
        if (server.Reason is { } reason)
            throw new InvalidOperationException(reason);
        Store("minio", ("ServiceUrl", server.Options.ServiceUrl!), ("Bucket", server.Options.Bucket!), ("Region", "default"),
            ("AccessKey", server.Options.AccessKey!), ("SecretKey", server.Options.SecretKey!));
    }

    private void Store(string provider, params (string Name, string Value)[] options)
    {
        _settings["Storage__Default"] = provider;
        _settings[$"Storage__Stores__{provider}__Provider"] = provider;
        foreach (var (name, value) in options)
            _settings[$"Storage__Stores__{provider}__{name}"] = value;
    }

    private void Queue(string provider, params (string Name, string Value)[] settings)
    {
        _settings["Messaging__Provider"] = provider;
        foreach (var (name, value) in settings)
            _settings[name] = value;
    }

    private TServer Started<TServer>(TServer server)
        where TServer : IAsyncDisposable
    {
        _started.Add(server);
        return server;
    }
}
