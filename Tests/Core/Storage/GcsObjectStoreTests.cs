using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Storage;

[Trait("Level", "Integration")]
public sealed class GcsObjectStoreTests(ConformanceMatrix matrix) : ObjectStoreContract(matrix)
{
    private readonly FakeGcsServer _server = new();
    private GcsObjectStore? _store;

    protected override IObjectStore Store => _store!;

    protected override string Adapter => "gcs";

    protected override string Server => "fake written from the public API reference";

    protected override bool HasClasses => true;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        _store = new GcsObjectStore(new StoreOptions { Provider = "gcs", Bucket = "images", ServiceUrl = _server.Url });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _store?.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_is_away_is_not_an_object_that_is_missing()
    {
        using var away = new GcsObjectStore(
            new StoreOptions { Provider = "gcs", Bucket = "images", ServiceUrl = "http://127.0.0.1:1", Timeout = TimeSpan.FromSeconds(1) });
        (await Should.ThrowAsync<ObjectStoreException>(() => away.OpenAsync("a/b", null, Ct))).IsRefusal.ShouldBeFalse();
    }
}
