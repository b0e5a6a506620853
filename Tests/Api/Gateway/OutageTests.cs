using System.Net;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>
/// The table of docs/operations.md, "What answers when something is down": each part killed and brought back, one at a time, without a restart of the Api.
/// </summary>
[Trait("Level", "Integration")]
public sealed class OutageTests(PostgresServer postgres, RedisServer redis) : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> Impatient = new()
    {
        ["Caching:Facts:MaxAgeUnheard"] = "00:00:01",
        ["Caching:Facts:MaxAge"] = "00:00:02",
        ["Caching:RedisPause"] = "00:00:00.500",
        ["Aspire:StackExchange:Redis:ConfigurationOptions:ConnectTimeout"] = "500",
    };

    private PrivateServer _database = null!;
    private PrivateServer _cache = null!;
    private StackServers _servers = null!;
    private GatewayStack _one = null!;
    private GatewayStack _two = null!;
    private StackAsset _asset = null!;
    private StackAsset _secret = null!;
    private StackAsset _unknown = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.StartPrivateAsync(Ct);
        _cache = await redis.StartPrivateAsync(Ct);
        await RegistryMigrator.MigrateAsync(_database.ConnectionString, Ct);
        _servers = new StackServers(_database.ConnectionString, _cache.ConnectionString, StackServers.NewFolder());
        (_one, _two) = (await GatewayStack.StartAsync(_servers, Impatient), await GatewayStack.StartAsync(_servers, Impatient));
        var space = await _one.NewSpaceAsync();
        (_asset, _secret, _unknown) = (await space.AddAsync(), await space.AddAsync(AssetAccess.Private), await space.AddAsync());

        // In memory of the first replica: 40. In Redis: 40, 41. In the store: all. Facts known to both.
        foreach (var width in (int[])[40, 41, 42])
            (await StatusAsync(_one, $"w_{width}.jpg")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(_two, "w_41.jpg")).ShouldBe(HttpStatusCode.OK);
        (await _one.GetAsync(_secret.Signed("w_40.jpg"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _cache.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_servers.Folder, recursive: true);
    }

    [Fact]
    public async Task Without_redis_everything_is_served_from_the_other_layers()
    {
        await _cache.KillAsync();

        (await LayerAsync(_one, "w_40.jpg")).ShouldBe("memory");
        (await LayerAsync(_two, "w_42.jpg")).ShouldBe("storage");
        (await LayerAsync(_one, "w_43.jpg")).ShouldBe("miss");
        (await _one.GetAsync(_secret.Signed("w_41.jpg"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        await _cache.StartAsync();
        var width = 100;
        await Probe.UntilAsync(
            async () =>
            {
                var file = $"w_{++width}.jpg";
                await LayerAsync(_one, file);
                return await LayerAsync(_two, file) == "redis";
            },
            "Redis is used again");
    }

    [Fact]
    public async Task Without_the_store_cached_images_are_served_and_new_ones_are_503()
    {
        _one.Store.IsBroken = _two.Store.IsBroken = true;

        (await LayerAsync(_one, "w_40.jpg")).ShouldBe("memory");
        (await LayerAsync(_two, "w_40.jpg")).ShouldBe("redis");
        using (var refused = await _one.GetAsync(_asset.Public("w_44.jpg")))
            (refused.StatusCode, refused.Headers.RetryAfter is not null).ShouldBe((HttpStatusCode.ServiceUnavailable, true));
        using (var notModified = await _one.GetAsync(_asset.Public("w_44.jpg"), ("If-None-Match", "*")))
            notModified.StatusCode.ShouldBe(HttpStatusCode.NotModified, "a 304 needs no bytes");

        _one.Store.IsBroken = _two.Store.IsBroken = false;
        (await LayerAsync(_one, "w_44.jpg")).ShouldBe("miss");
    }

    [Fact]
    public async Task Without_postgresql_public_images_of_known_assets_are_served_and_even_made()
    {
        await _database.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), Ct); // beyond the age at which facts are looked up again

        (await LayerAsync(_one, "w_40.jpg")).ShouldBe("memory");
        (await LayerAsync(_two, "w_40.jpg")).ShouldBe("redis");
        (await LayerAsync(_one, "w_45.jpg")).ShouldBe("miss");
        using (var stranger = await _one.GetAsync(_unknown.Public("w_40.jpg")))
            (stranger.StatusCode,
                stranger.Headers.RetryAfter is not null).ShouldBe((HttpStatusCode.ServiceUnavailable, true), "nobody knows whether it exists");
        using (var secret = await _one.GetAsync(_secret.Signed("w_40.jpg")))
            secret.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, "a revoked key must not be trusted from memory");

        await _database.StartAsync();
        await Probe.UntilAsync(async () => (await _one.GetAsync(_unknown.Public("w_40.jpg"))).StatusCode == HttpStatusCode.OK, "the registry answers again");
        await Probe.UntilAsync(async () => (await _one.GetAsync(_secret.Signed("w_40.jpg"))).StatusCode == HttpStatusCode.OK,
            "private images are served again");
        (await LayerAsync(_two, "w_45.jpg")).ShouldBe("redis");
    }

    private async Task<HttpStatusCode> StatusAsync(GatewayStack stack, string file)
    {
        using var response = await stack.GetAsync(_asset.Public(file));
        return response.StatusCode;
    }

    private async Task<string> LayerAsync(GatewayStack stack, string file)
    {
        using var response = await stack.GetAsync(_asset.Public(file));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, $"{file}: {await response.Content.ReadAsStringAsync(Ct)}");
        return response.Headers.GetValues("X-Cache").Single();
    }
}
