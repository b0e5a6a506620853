using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>What is published where a store and a broker are asked for.</summary>
[Trait("Level", "Integration")]
public sealed class PublishedStoreTests : IDisposable
{
    private readonly PrivateFolder _folder = new("published-store");

    [Fact]
    public async Task A_bucket_is_a_setting_and_a_broker_a_connection_string_or_a_container()
    {
        var ct = TestContext.Current.CancellationToken;
        var folder = _folder.Next();
        var (code, output) =
            await AppHostProgram.RunAsync(["--store", "s3", "--queue", "rabbitmq", "--operation", "publish", "--step", "publish", "--output-path", folder], ct);
        code.ShouldBe(0, output);

        var services =
            await File.ReadAllTextAsync(Directory.EnumerateFiles(Path.Combine(folder, "base"), "*.yaml")
                .Single(file => File.ReadAllText(file).Contains("name: Messaging__Provider", StringComparison.Ordinal)), ct);
        services.ShouldContain("key: s3-bucket");
        services.ShouldContain("key: queue-connection-string");
        services.ShouldNotContain("/data/objects");
        (await File.ReadAllTextAsync(Path.Combine(folder, "overlays", "small", "kustomization.yaml"), ct)).ShouldContain("s3-bucket=images");
        var compose = await File.ReadAllTextAsync(Path.Combine(folder, "docker-compose.yaml"), ct);
        compose.ShouldContain("rabbitmq");
        compose.ShouldContain("S3_BUCKET");
    }

    public void Dispose() => _folder.Dispose();
}
