using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Storage;

[Trait("Level", "Integration")]
public sealed class AzureObjectStoreTests(StoreServers servers, ConformanceMatrix matrix) : ObjectStoreContract(matrix)
{
    private StoreServer? _server;
    private AzureObjectStore? _store;

    protected override IObjectStore Store => _store!;

    protected override string Adapter => "azure";

    protected override string Server => _server is null ? "Azurite" : _server.Reason ?? _server.Name;

    protected override bool HasClasses => true;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        _server = await servers.AzureAsync();
        Need(_server);
        _store = new AzureObjectStore(_server.Options, TimeProvider.System);
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_and_no_secret_is_told()
    {
        var key = Convert.ToBase64String(new byte[32]);
        var connection = System.Text.RegularExpressions.Regex.Replace(
            _server!.Options.ConnectionString!, "AccountKey=[^;]*", "AccountKey=" + key, System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(1));
        var wrong = new AzureObjectStore(new StoreOptions { Provider = "azure", ConnectionString = connection, Container = _server.Options.Container },
            TimeProvider.System);
        var refused = await Should.ThrowAsync<ObjectStoreException>(() => wrong.CheckAsync(Ct));
        refused.IsRefusal.ShouldBeTrue();
        refused.Message.ShouldContain("403");
        refused.Message.ShouldNotContain(key);
    }
}
