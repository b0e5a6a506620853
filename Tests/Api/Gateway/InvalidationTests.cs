using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class InvalidationTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task An_asset_is_forgotten_by_every_layer_and_every_replica_and_made_again()
    {
        var other = await AnotherAsync();
        var space = await Stack.NewSpaceAsync();
        var (asset, bystander) = (await space.AddAsync(), await space.AddAsync());
        foreach (var stack in (GatewayStack[])[Stack, other])
        {
            (await ImageAsync(stack, asset.Public("w_50.jpg"))).Response.Dispose();
            (await ImageAsync(stack, bystander.Public("w_50.jpg"))).Response.Dispose();
        }

        var done = await Invalidator.InvalidateAsync(space.OrganizationId, new InvalidationTarget.OfAsset(asset.Id), Ct);

        done.ShouldBe(new Invalidated(1, 1));
        (await Stack.Redis!.GetDatabase().KeyExistsAsync($"variants:{asset.Id.Value:n}:0")).ShouldBeFalse();
        Layer((await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response).ShouldBe("miss");
        await Probe.UntilAsync(async () => Layer((await ImageAsync(other, asset.Public("w_50.jpg"))).Response) == "redis", "the other replica forgets");
        Layer((await ImageAsync(Stack, bystander.Public("w_50.jpg"))).Response).ShouldBe("memory");
        Layer((await ImageAsync(other, bystander.Public("w_50.jpg"))).Response).ShouldBe("memory");
    }

    [Fact]
    public async Task One_variant_is_dropped_and_the_others_of_its_image_stay()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        foreach (var file in (string[])["w_50.jpg", "w_60.jpg"])
            (await ImageAsync(Stack, asset.Public(file))).Response.Dispose();
        await using var db = space.Db();
        var row = await db.Variants.AsNoTracking().SingleAsync(variant => variant.Width == 50, Ct);

        (await Invalidator.InvalidateAsync(space.OrganizationId, new InvalidationTarget.OfVariant(asset.Id, 2, row.Operations), Ct)).Variants.ShouldBe(0);
        (await Invalidator.InvalidateAsync(space.OrganizationId, new InvalidationTarget.OfVariant(asset.Id, 1, row.Operations), Ct)).Variants.ShouldBe(1);

        (await db.Variants.Select(variant => variant.Width).ToListAsync(Ct)).ShouldBe([60]);
        Layer((await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response).ShouldBe("miss");
        Layer((await ImageAsync(Stack, asset.Public("w_60.jpg"))).Response).ShouldBe("storage");
    }

    [Fact]
    public async Task Objects_and_edges_are_told_in_the_transaction_that_drops_the_rows()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        (await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response.Dispose();
        await using var db = space.Db();
        var row = await db.Variants.AsNoTracking().SingleAsync(Ct);

        await Invalidator.InvalidateAsync(space.OrganizationId, new InvalidationTarget.OfSpace(space.TenantId, space.SpaceId, Tag: null), Ct);

        (await db.Variants.CountAsync(Ct)).ShouldBe(0);
        var messages = await db.Facts().ToListAsync(Ct);
        messages.Select(message => message.Type).ShouldBe(["variants_invalidated", "edges_stale"]);
        messages[0].Body.ShouldContain(row.StorageKey);
        messages[1].Body.ShouldContain($"space:{space.Organization}/website/marketing");
        messages[1].Body.ShouldContain($"/v1/pub/{space.Organization}/website/marketing/");
        messages[1].Body.ShouldContain($"{row.Operations}.jpg");
    }

    [Fact]
    public async Task Edges_are_told_the_urls_people_use_also_where_the_variants_stay()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        (await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response.Dispose();

        await Invalidator.PurgeEdgesAsync(space.OrganizationId, new InvalidationTarget.OfAsset(asset.Id), Ct);

        await using var db = space.Db();
        (await db.Variants.CountAsync(Ct)).ShouldBe(1);
        var told = Messages.Read<EdgesStale>((await db.Facts().SingleAsync(message => message.Type == "edges_stale", Ct)).Body).Paths;
        told[0].ShouldBe(asset.Public("w_50.jpg"));
        told.ShouldContain(asset.Public("w_50-fmt_auto.png"));
        told.ShouldBeUnique();
    }

    [Fact]
    public async Task A_tag_names_the_assets_that_carry_it_and_no_others()
    {
        var space = await Stack.NewSpaceAsync();
        var (blue, red) = (await space.AddAsync(), await space.AddAsync());
        await using (var db = space.Db())
            await db.Assets.Where(row => row.Id == red.Id.Value).ExecuteUpdateAsync(rows => rows.SetProperty(row => row.Tags, new[] { "red" }), Ct);
        (await ImageAsync(Stack, blue.Public("w_50.jpg"))).Response.Dispose();
        (await ImageAsync(Stack, red.Public("w_50.jpg"))).Response.Dispose();

        (await Invalidator.InvalidateAsync(space.OrganizationId, new InvalidationTarget.OfSpace(space.TenantId, space.SpaceId, "blue"), Ct)).Assets.ShouldBe(1);

        Layer((await ImageAsync(Stack, blue.Public("w_50.jpg"))).Response).ShouldBe("miss");
        Layer((await ImageAsync(Stack, red.Public("w_50.jpg"))).Response).ShouldBe("memory");
    }

    [Fact]
    public async Task A_changed_preset_never_serves_a_mixture_and_its_old_variants_can_be_dropped()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var preset = new Preset
        {
            OrganizationId = space.OrganizationId, Slug = "card", Name = "Card", CreatedAt = DateTimeOffset.UtcNow,
            UpdatedAt = DateTimeOffset.UtcNow
        };
        preset.Revisions.Add(new PresetRevisionRow { OrganizationId = space.OrganizationId, PresetId = preset.Id, Revision = 1, Operations = "w_60" });
        await using var db = space.Db();
        db.Presets.Add(preset);
        await db.SaveChangesAsync(Ct);
        await Probe.UntilAsync(async () => (await Stack.GetAsync(asset.Public("preset_card.jpg"))).IsSuccessStatusCode, "the preset is known");
        var (_, before) = await ImageAsync(Stack, asset.Public("preset_card.jpg"));
        Layer((await ImageAsync(Stack, asset.Public("w_60.jpg"))).Response).ShouldBe("memory", "a preset and its operations written out are one variant");

        db.PresetRevisions.Add(new PresetRevisionRow { OrganizationId = space.OrganizationId, PresetId = preset.Id, Revision = 2, Operations = "w_70" });
        preset.CurrentRevision = 2;
        await db.SaveChangesAsync(Ct);
        await Probe.UntilAsync(async () => !Equals((await ImageAsync(Stack, asset.Public("preset_card.jpg"))).Response.Headers.ETag, before.Headers.ETag),
            "the new revision is served");

        Header(before, "Cache-Tag")!.ShouldContain($"preset:{space.Organization}/card");
        Header(before, "Cache-Control").ShouldBe("public, max-age=3600, stale-while-revalidate=3600");
        (await Invalidator.InvalidateAsync(space.OrganizationId, new InvalidationTarget.OfPreset("card", null, null), Ct)).Variants.ShouldBe(2);
    }

    [Fact]
    public async Task A_variant_that_was_being_made_during_an_invalidation_is_served_and_not_published()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(width: 3000, height: 2000);
        var path = asset.Public("w_1490-h_990.avif");
        var flying = Stack.GetAsync(path);
        await Probe.UntilAsync(() => Gate.Running > 0, "the transform runs");

        await Invalidator.InvalidateAsync(space.OrganizationId, new InvalidationTarget.OfAsset(asset.Id), Ct);
        (await flying).EnsureSuccessStatusCode();

        await using var db = space.Db();
        (await db.Variants.CountAsync(Ct)).ShouldBe(0);
        Layer((await ImageAsync(Stack, path)).Response).ShouldBe("miss");
    }

    [Fact]
    public async Task A_deleted_asset_is_gone_at_once_on_every_replica()
    {
        var other = await AnotherAsync();
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        (await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response.Dispose();
        (await ImageAsync(other, asset.Public("w_50.jpg"))).Response.Dispose();
        await using (var db = space.Db())
            await db.Assets.ExecuteUpdateAsync(rows => rows.SetProperty(row => row.DeletedAt, DateTimeOffset.UtcNow), Ct);

        foreach (var stack in (GatewayStack[])[Stack, other])
            await Probe.UntilAsync(async () => (await stack.GetAsync(asset.Public("w_50.jpg"))).StatusCode == System.Net.HttpStatusCode.NotFound, "it is gone");
    }

    [Fact]
    public async Task Edges_are_told_of_changed_presets_and_assets_and_of_a_removed_preset_only_if_it_is_removed()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var preset = new Preset
        {
            OrganizationId = space.OrganizationId, TenantId = space.TenantId, Slug = "card", Name = "Card",
            CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow
        };
        await using var db = space.Db();
        db.Presets.Add(preset);
        await db.SaveChangesAsync(Ct);

        await Invalidator.PurgePresetEdgesAsync(space.OrganizationId, preset.Id, Ct);
        await Invalidator.PurgePresetEdgesAsync(space.OrganizationId, Guid.CreateVersion7(), Ct);
        await Invalidator.PurgeEdgesAsync(space.OrganizationId, new InvalidationTarget.OfAsset(asset.Id), Ct);
        await using (var abandoned = space.Db())
            await Invalidator.StageEdgesAsync(abandoned, space.OrganizationId, new InvalidationTarget.OfPreset("card", space.TenantId, null), Ct);

        var bodies = await db.Facts().Select(message => message.Body).ToListAsync(Ct);
        bodies.Count.ShouldBe(2);
        bodies[0].ShouldContain($"preset:{space.Organization}/card");
        bodies[1].ShouldContain($"asset:{asset.Id}");
        bodies[1].ShouldContain($"/v1/pub/{space.Organization}/website/marketing/img/{asset.Id}/");
    }

    private Invalidator Invalidator => Stack.Services.GetRequiredService<Invalidator>();

    private ImageService.Core.Engine.TransformGate Gate => Stack.Services.GetRequiredService<ImageService.Core.Engine.TransformGate>();
}
