using ImageService.Core.Facts;
using ImageService.Core.Tenancy;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>Facts are read anew every half minute: whatever was remembered of the old ones must not stay behind.</summary>
public sealed class ForgottenFactsTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task Nothing_that_was_remembered_of_an_asset_outlives_the_facts_it_was_remembered_of()
    {
        var space = await Stack.NewSpaceAsync();
        var (asset, other) = (await space.AddAsync(), await space.AddAsync());
        for (var width = 10; width < 20; width++)
            (await ImageAsync(Stack, asset.Public($"w_{width}.jpg"))).Response.Dispose();
        var facts = await FactsAsync(space, asset);

        Stack.Services.GetRequiredService<FactsCache>().ForgetAll();
        (await ImageAsync(Stack, asset.Public("w_10.jpg"))).Response.Dispose(); // they are kept until there are newer ones, for a time without the database

        await Probe.UntilAsync(
            async () =>
            {
                // What a connection keeps of its last request is the next one's.
                (await ImageAsync(Stack, other.Public("w_10.jpg"))).Response.Dispose();
                GC.Collect();
                return !facts.IsAlive;
            },
            "the facts are gone");
    }

    private async Task<WeakReference> FactsAsync(StackSpace space, StackAsset asset)
    {
        var scope = (await Stack.Services.GetRequiredService<TenantDirectory>().FindSpaceAsync(space.OrganizationId, space.SpaceId, Ct)).ShouldNotBeNull();
        var facts = await Stack.Services.GetRequiredService<AssetDirectory>().FindAsync(scope, asset.Id, 1, Ct);
        return new WeakReference(facts.ShouldNotBeNull());
    }
}
