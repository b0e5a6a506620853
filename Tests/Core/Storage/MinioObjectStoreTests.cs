using Amazon.S3.Model;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Storage;

[Trait("Level", "Integration")]
public sealed class MinioObjectStoreTests(StoreServers servers, ConformanceMatrix matrix) : ObjectStoreContract(matrix)
{
    private StoreServer? _server;
    private MinioObjectStore? _store;

    protected override IObjectStore Store => _store!;

    protected override string Adapter => "minio";

    protected override string Server => _server is null ? "radosgw" : _server.Reason ?? _server.Name;

    protected override bool CreatesAtomically => false;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        _server = await servers.S3Async();
        Need(_server);
        _store = new MinioObjectStore(Copy(_server.Options));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _store?.Dispose();
    }

    [Fact]
    public void It_says_that_it_only_looks_before_it_creates() => Store.CreatesAtomically.ShouldBeFalse();

    [Fact]
    public async Task Wrong_credentials_are_refused_and_no_secret_is_told()
    {
        using var wrong = new MinioObjectStore(Copy(_server!.Options, secret: "not-the-secret-key"));
        Func<Task>[] calls =
        [
            () => wrong.CheckAsync(Ct), () => wrong.OpenAsync("a/b", null, Ct), () => wrong.PutAsync("a/b", new MemoryStream([1]), "image/png", Ct),
        ];
        foreach (var call in calls)
        {
            var refused = await Should.ThrowAsync<ObjectStoreException>(call);
            refused.IsRefusal.ShouldBeTrue(refused.ToString());
            refused.Message.ShouldContain("403");
            refused.ToString().ShouldNotContain("not-the-secret-key");
        }
    }

    [Fact]
    public async Task Uploads_of_a_process_that_died_are_swept_and_those_under_way_are_not()
    {
        using var client = StoreServers.S3Client(_server!.Options);
        await client.InitiateMultipartUploadAsync(_server.Options.Bucket, Key("a/dead"), Ct);
        await _store!.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1), Ct);
        (await UnfinishedAsync(Key("a/dead"))).ShouldBe(1);
        await _store.SweepAsync(DateTimeOffset.UtcNow.AddMinutes(5), Ct);
        (await UnfinishedAsync(Key("a/dead"))).ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_is_away_is_not_an_object_that_is_missing()
    {
        using var away = new MinioObjectStore(Copy(_server!.Options, url: "http://127.0.0.1:1"));
        (await Should.ThrowAsync<ObjectStoreException>(() => away.OpenAsync("a/b", null, Ct))).IsRefusal.ShouldBeFalse();
        (await Should.ThrowAsync<ObjectStoreException>(() => away.HeadAsync("a/b", Ct))).IsRefusal.ShouldBeFalse();
        (await Should.ThrowAsync<ObjectStoreException>(() => away.PutAsync("a/b", new MemoryStream([1]), "image/png", Ct))).IsRefusal.ShouldBeFalse();
    }

    protected override async Task<int> UnfinishedAsync(string prefix)
    {
        using var client = StoreServers.S3Client(_server!.Options);
        var request = new ListMultipartUploadsRequest { BucketName = _server.Options.Bucket, Prefix = prefix };
        var uploads = await client.ListMultipartUploadsAsync(request, Ct);
        return uploads.MultipartUploads?.Count ?? 0;
    }

    private static StoreOptions Copy(StoreOptions options, string? secret = null, string? url = null) => new()
    {
        Provider = "minio", ServiceUrl = url ?? options.ServiceUrl, Bucket = options.Bucket, AccessKey = options.AccessKey,
        SecretKey = secret ?? options.SecretKey, Region = "default", Timeout = TimeSpan.FromSeconds(10),
    };
}
