using Amazon.S3;
using Amazon.S3.Model;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Storage;

[Trait("Level", "Integration")]
public sealed class S3ObjectStoreTests(StoreServers servers, ConformanceMatrix matrix) : ObjectStoreContract(matrix)
{
    private StoreServer? _server;
    private S3ObjectStore? _store;

    protected override IObjectStore Store => _store!;

    protected override string Adapter => "s3";

    protected override string Server => _server is null ? "radosgw" : _server.Reason ?? _server.Name;

    protected override bool HasClasses => true;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        _server = await servers.S3Async();
        Need(_server);
        _store = new S3ObjectStore(_server.Options, TimeProvider.System);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _store?.Dispose();
    }

    [Fact]
    public async Task Ten_thousand_objects_are_listed_and_removed()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Ct }, async (i, ct) =>
            await Store.PutAsync(Key($"ten/{i}"), new MemoryStream([1]), "image/png", ct));
        (await Store.ListAsync(Key("ten/"), Ct).CountAsync(Ct)).ShouldBe(10_000);
        (await Store.DeletePrefixAsync(Key("ten/"), Ct)).ShouldBe(10_000);
        (await Store.ListAsync(Key("ten/"), Ct).AnyAsync(Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_and_no_secret_is_told()
    {
        var options = Copy(_server!.Options, secret: "not-the-secret-key");
        using var wrong = new S3ObjectStore(options, TimeProvider.System);
        var refused = await Should.ThrowAsync<ObjectStoreException>(() => wrong.CheckAsync(Ct));
        refused.IsRefusal.ShouldBeTrue();
        refused.Message.ShouldContain("403");
        refused.ToString().ShouldNotContain("not-the-secret-key");
        options.ToString().ShouldNotContain("not-the-secret-key");
    }

    [Fact]
    public async Task Uploads_of_a_process_that_died_are_swept_and_those_under_way_are_not()
    {
        using var client = StoreServers.S3Client(_server!.Options);
        await client.InitiateMultipartUploadAsync(_server.Options.Bucket, Key("a/dead"), Ct);
        (await _store!.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1), Ct)).ShouldBe(0);
        (await UnfinishedAsync(Key("a/dead"))).ShouldBe(1);
        await _store.SweepAsync(DateTimeOffset.UtcNow.AddMinutes(5), Ct);
        (await UnfinishedAsync(Key("a/dead"))).ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_is_away_is_not_an_object_that_is_missing()
    {
        using var away = new S3ObjectStore(Copy(_server!.Options, url: "http://127.0.0.1:1"), TimeProvider.System);
        (await Should.ThrowAsync<ObjectStoreException>(() => away.OpenAsync("a/b", null, Ct))).IsRefusal.ShouldBeFalse();
        (await Should.ThrowAsync<ObjectStoreException>(() => away.PutAsync("a/b", new MemoryStream([1]), "image/png", Ct))).IsRefusal.ShouldBeFalse();
    }

    [Fact]
    public async Task Earlier_states_are_told_newest_first_read_and_brought_back()
    {
        var options = Copy(_server!.Options);
        options.Bucket = $"t{Guid.CreateVersion7():n}";
        using var client = StoreServers.S3Client(options);
        await client.PutBucketAsync(options.Bucket, Ct);
        var versioning = new S3BucketVersioningConfig { Status = VersionStatus.Enabled };
        await client.PutBucketVersioningAsync(new PutBucketVersioningRequest { BucketName = options.Bucket, VersioningConfig = versioning }, Ct);
        using var store = new S3ObjectStore(options, TimeProvider.System);
        foreach (var text in (string[])["first", "second", "third"])
            await store.PutAsync("a/b", new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text)), "text/plain", Ct);
        await store.PutAsync("a/bc", new MemoryStream([1]), "text/plain", Ct);

        var states = await store.VersionsAsync("a/b", Ct).ToListAsync(Ct);
        (await Task.WhenAll(states.Select(state => ReadAsync(store.OpenVersionAsync("a/b", state.Id, Ct))))).ShouldBe(["second", "first"]);
        (await store.RestoreVersionAsync("a/b", states[1].Id, Ct)).ShouldBeTrue();
        (await ReadAsync(store.OpenAsync("a/b", null, Ct))).ShouldBe("first");

        await store.DeleteAsync("a/b", Ct);
        states = await store.VersionsAsync("a/b", Ct).ToListAsync(Ct);
        states.Count.ShouldBe(4);
        (await store.RestoreVersionAsync("a/b", states[1].Id, Ct)).ShouldBeTrue();
        (await ReadAsync(store.OpenAsync("a/b", null, Ct))).ShouldBe("third");
        (await Store.VersionsAsync(Key("a/none"), Ct).AnyAsync(Ct)).ShouldBeFalse();

        static async Task<string> ReadAsync(Task<StoredObject?> opening)
        {
            await using var stored = (await opening).ShouldNotBeNull();
            using var reader = new StreamReader(stored.Content);
            return await reader.ReadToEndAsync(Ct);
        }
    }

    protected override async Task<int> UnfinishedAsync(string prefix)
    {
        using var client = StoreServers.S3Client(_server!.Options);
        var uploads =
            await client.ListMultipartUploadsAsync(new Amazon.S3.Model.ListMultipartUploadsRequest { BucketName = _server.Options.Bucket, Prefix = prefix },
                Ct);
        return uploads.MultipartUploads?.Count ?? 0;
    }

    private static StoreOptions Copy(StoreOptions options, string? secret = null, string? url = null) => new()
    {
        Provider = options.Provider, Profile = options.Profile, ServiceUrl = url ?? options.ServiceUrl, Bucket = options.Bucket, AccessKey = options.AccessKey,
        SecretKey = secret ?? options.SecretKey, Timeout = TimeSpan.FromSeconds(2),
    };
}
