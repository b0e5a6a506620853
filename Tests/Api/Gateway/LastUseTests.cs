using System.Net;
using ImageService.Core.Registry;
using ImageService.Core.Variants;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>When an asset was last used, as delivery notes it.</summary>
public sealed class LastUseTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task An_asset_tells_the_hour_of_its_last_use_which_looks_do_not_change_and_one_hour_writes_once()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var hour = AssetUse.HourOf(DateTimeOffset.UtcNow);
        var before = await RowsAsync();
        (await UseAsync($"{asset.Public("w_50.jpg")}?view=1")).ShouldBe(AssetUse.Never, "made, and looked at");
        (await UseAsync($"{asset.Public("w_50.jpg")}?a=b&view=1")).ShouldBe(AssetUse.Never, "from memory");

        (await UseAsync(asset.Public("w_50.jpg"))).ShouldBeInRange(hour, AssetUse.HourOf(DateTimeOffset.UtcNow));
        var (_, written) = await RowsAsync();
        await UseAsync(asset.Public("w_50.jpg"));
        await UseAsync(asset.Public("w_60.jpg"));

        var after = await RowsAsync();
        after.Asset.ShouldBe(before.Asset, "its ETag is the same");
        if (AssetUse.HourOf(DateTimeOffset.UtcNow) == hour)
            after.Use.ShouldBe(written, "one write an hour");
        await using var db = space.Db();
        (await db.Variants.AsNoTracking().Where(row => row.AssetId == asset.Id.Value).SumAsync(row => row.AccessCount, Ct)).ShouldBe(3, "looks are none");

        async Task<DateTimeOffset> UseAsync(string path)
        {
            (await ImageAsync(Stack, path)).Response.Dispose();
            await Stack.Services.GetRequiredService<VariantAccessCounts>().FlushAsync(Ct);
            await using var uses = space.Db();
            return (await uses.AssetUses.AsNoTracking().SingleAsync(row => row.AssetId == asset.Id.Value, Ct)).LastUsedAt;
        }

        async Task<(uint Asset, string Use)> RowsAsync()
        {
            await using var rows = space.Db();
            return (await rows.Assets.AsNoTracking().Where(row => row.Id == asset.Id.Value).Select(row => row.RowVersion).SingleAsync(Ct),
                await rows.Database.SqlQuery<string>($"SELECT xmin::text AS \"Value\" FROM asset_uses WHERE asset_id = {asset.Id.Value}").SingleAsync(Ct));
        }
    }

    [Fact]
    public async Task Who_has_an_image_already_and_asks_again_uses_it()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var (_, first) = await ImageAsync(Stack, $"{asset.Public("w_50.jpg")}?view=1");
        using var held = await Stack.GetAsync(asset.Public("w_50.jpg"), ("If-None-Match", first.Headers.ETag!.Tag));
        held.StatusCode.ShouldBe(HttpStatusCode.NotModified);

        await Stack.Services.GetRequiredService<VariantAccessCounts>().FlushAsync(Ct);

        await using var db = space.Db();
        (await db.AssetUses.AsNoTracking().SingleAsync(Ct)).LastUsedAt.ShouldBeGreaterThan(AssetUse.Never);
        (await db.Variants.AsNoTracking().SingleAsync(Ct)).AccessCount.ShouldBe(0, "nothing was sent");
    }
}
