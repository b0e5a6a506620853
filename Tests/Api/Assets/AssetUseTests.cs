using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Core.Access;
using ImageService.Core.Registry;
using ImageService.Core.Registry.Migrations;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Assets;

/// <summary>Lists by the last use of assets; how uses are noted is in <c>Gateway/ServeImageTests</c>.</summary>
[Trait("Level", "Integration")]
public sealed class AssetUseTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static readonly DateTimeOffset Now = AssetUse.HourOf(DateTimeOffset.UtcNow);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Assets_are_listed_by_their_last_use_page_by_page_and_those_never_used_are_the_oldest()
    {
        var home = await api.NewHomeAsync();
        var ids = await FillAsync(home, 7);
        var (recent, older, same) = (ids[2], ids[0], ids[5]);
        foreach (var (id, days) in ((Guid, int)[])[(recent, 1), (older, 40), (same, 40)])
            await UsedAsync(id, Now.AddDays(-days));
        List<Guid> expected = [recent, same, older, .. ids.Except([recent, same, older]).OrderDescending()];

        (await PagesAsync(home, "used")).ShouldBe(expected);
        (await PagesAsync(home, "unused")).ShouldBe(Enumerable.Reverse(expected));
        var page = await home.Owner.GetAsync("/v1/assets?tenant=site&space=open&sort=used&limit=2").OkAsync();
        page.Items().Select(item => (DateTimeOffset?)item!["lastUsedAt"]).ShouldBe([Now.AddDays(-1), Now.AddDays(-40)]);
        var never = await home.Owner.GetAsync($"/v1/assets/{new AssetId(ids[1])}").OkAsync();
        (never.ContainsKey("lastUsedAt"), never["lastUsedAt"]).ShouldBe((true, null));
        ((DateTimeOffset?)(await home.Owner.GetAsync($"/v1/assets/{new AssetId(recent)}").OkAsync())["lastUsedAt"]).ShouldBe(Now.AddDays(-1));
    }

    [Fact]
    public async Task Assets_unused_for_some_days_are_those_whose_last_use_is_that_old_and_those_never_used()
    {
        var home = await api.NewHomeAsync();
        var ids = await FillAsync(home, 4);
        await UsedAsync(ids[0], Now.AddDays(-30).AddHours(1));
        await UsedAsync(ids[1], Now.AddDays(-30));
        await UsedAsync(ids[2], Now.AddDays(-31).AddHours(-1));

        (await UnusedAsync(30)).ShouldBe([ids[3], ids[2]]);
        (await UnusedAsync(29)).ShouldBe([ids[3], ids[2], ids[1], ids[0]]);
        ((long)(await home.Owner.GetAsync("/v1/assets/facets?tenant=site&space=open&unusedDays=30").OkAsync())["assets"]!).ShouldBe(2);
        foreach (var wrong in (string[])["unusedDays=0", "unusedDays=3651", "unusedDays=-1", "unusedDays=x"])
            await home.Owner.GetAsync($"/v1/assets?{wrong}").ProblemAsync(400, "invalid_request");

        async Task<List<Guid>> UnusedAsync(int days) =>
            Ids((await home.Owner.GetAsync($"/v1/assets?tenant=site&space=open&unusedDays={days}").OkAsync()).Items());
    }

    [Fact]
    public async Task A_cursor_of_another_sort_is_refused_and_one_beyond_time_too()
    {
        var home = await api.NewHomeAsync();
        await FillAsync(home, 2);
        var bySize = (string)(await home.Owner.GetAsync("/v1/assets?limit=1&sort=name").OkAsync())["nextCursor"]!;
        await home.Owner.GetAsync($"/v1/assets?limit=1&sort=used&cursor={Uri.EscapeDataString(bySize)}").ProblemAsync(400, "invalid_request");
        var beyond = ImageService.Api.Http.Cursor.Of($"{Guid.CreateVersion7():N}|{long.MaxValue}");
        await home.Owner.GetAsync($"/v1/assets?limit=1&sort=used&cursor={Uri.EscapeDataString(beyond)}").ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_page_in_the_order_of_use_is_a_walk_along_the_index()
    {
        var home = await api.NewHomeAsync();
        await FillAsync(home, 3000);
        await api.AsOwnerAsync(
            $"UPDATE asset_uses SET last_used_at = now() - random() * interval '90 days' WHERE organization_id = '{home.Id}' AND random() < 0.7");
        await api.AsOwnerAsync("ANALYZE assets, asset_versions, asset_uses");
        await using var db = api.Services.GetRequiredService<RegistryFactory>().ForOrganization(home.Id);
        var middle = await db.AssetUses.OrderBy(use => use.LastUsedAt).Skip(1500).FirstAsync(Ct);
        var cursor = ImageService.Api.Http.Cursor.Of($"{middle.AssetId:N}|{middle.LastUsedAt.UtcTicks}");

        foreach (var (sort, after) in ((string, string?)[])[("used", null), ("used", cursor), ("unused", null), ("unused", cursor)])
        {
            var plan = await PlanAsync(db, home, new AssetQuery { Sort = sort, UnusedDays = sort == "unused" ? 30 : null }, after);
            var said = $"{sort} {after}\n{plan}";
            plan.ShouldContain("ix_asset_uses_space_id_last_used_at_asset_id", customMessage: said);
            plan.ShouldNotContain("Sort", Case.Sensitive, said);
            plan.ShouldNotContain("Seq Scan", customMessage: said);
            if (after is not null)
                plan.ShouldContain("ROW(", customMessage: said);
        }
    }

    [Fact]
    public async Task Assets_that_were_there_before_get_their_rows_with_what_their_variants_know_and_rows_go_with_their_assets()
    {
        var home = await api.NewHomeAsync();
        var ids = await FillAsync(home, 2);
        await using var db = api.Services.GetRequiredService<RegistryFactory>().ForOrganization(home.Id);
        var asset = await db.Assets.AsNoTracking().SingleAsync(row => row.Id == ids[0], Ct);
        foreach (var (hash, hours) in ((char, int)[])[('a', -50), ('b', -5)])
        {
            db.Variants.Add(new Variant
            {
                OrganizationId = home.Id, SpaceId = asset.SpaceId, AssetId = asset.Id, Version = 1, Operations = "w_1", OperationsHash = new string(hash, 64),
                Format = "jpg", StorageKey = $"{asset.Id:n}/{hash}", StorageProvider = "file", SizeBytes = 1, ContentHash = new string('d', 64), Width = 1,
                Height = 1, ProcessingTimeMs = 1, LastAccessedAt = Now.AddHours(hours).AddMinutes(7),
            });
        }

        await db.SaveChangesAsync(Ct);
        await api.AsOwnerAsync($"DELETE FROM asset_uses WHERE organization_id = '{home.Id}'");

        var fill = new KnownAssetUses().UpOperations.OfType<SqlOperation>().Single();
        fill.SuppressTransaction.ShouldBeTrue("uploads go on meanwhile");
        for (var run = 0; run < 2; run++)
            await api.AsOwnerAsync($"SET app.system = 'on'; {fill.Sql}");

        (await db.AssetUses.AsNoTracking().OrderBy(use => use.AssetId).Select(use => use.LastUsedAt).ToListAsync(Ct))
            .ShouldBe([Now.AddHours(-5), AssetUse.Never]);
        await db.Variants.ExecuteDeleteAsync(Ct);
        await db.AssetVersions.ExecuteDeleteAsync(Ct);
        await db.Assets.ExecuteDeleteAsync(Ct);
        (await db.AssetUses.AnyAsync(Ct)).ShouldBeFalse();
    }

    private static async Task<string> PlanAsync(RegistryDb db, ApiHome home, AssetQuery query, string? cursor)
    {
        var caller = new Caller
        {
            Type = ActorType.User,
            Id = Guid.Empty,
            Name = "",
            OrganizationId = home.Id,
            TenantId = null,
            SpaceId = null,
            Scopes = Scopes.All,
            IsPlatform = false,
            Grants = [new Grant(null, null, Scopes.All)],
        };
        var space = await db.Spaces.SingleAsync(row => row.Slug == "open", Ct);
        AssetOrder.Read(query.Sort, cursor).TryGet(out var order, out var error).ShouldBeTrue(error?.ToString());
        var rows = AssetSearch.Rows(db, query, "/", caller, new PlaceIds(space.TenantId, space.Id), DateTimeOffset.UtcNow, sized: null, withUses: true);
        await db.Database.OpenConnectionAsync(Ct);
        try
        {
            await using var command = order!.Apply(rows).Take(51).CreateDbCommand();
            command.CommandText = "EXPLAIN " + command.CommandText;
            await using var reader = await command.ExecuteReaderAsync(Ct);
            List<string> lines = [];
            while (await reader.ReadAsync(Ct))
                lines.Add(reader.GetString(0));
            return string.Join('\n', lines);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static List<Guid> Ids(System.Text.Json.Nodes.JsonArray items) => [.. items.Select(item => Read((string)item!["id"]!))];

    private static Guid Read(string text) => AssetId.TryParse(text, out var id) ? id.Value : throw new FormatException(text);

    private static async Task<List<Guid>> PagesAsync(ApiHome home, string sort)
    {
        List<Guid> seen = [];
        string? cursor = null;
        do
        {
            var after = cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor);
            var page = await home.Owner.GetAsync($"/v1/assets?tenant=site&space=open&limit=2&sort={sort}{after}").OkAsync();
            seen.AddRange(Ids(page.Items()));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        return seen;
    }

    private Task<object?> UsedAsync(Guid asset, DateTimeOffset hour) =>
        api.AsOwnerAsync($"UPDATE asset_uses SET last_used_at = '{hour:O}' WHERE asset_id = '{asset}'");

    /// <summary>Assets of one version each, behind the Api's back; oldest first.</summary>
    private async Task<List<Guid>> FillAsync(ApiHome home, int count)
    {
        await api.AsOwnerAsync(
            $"""
            WITH place AS (
                SELECT s.organization_id, s.tenant_id, s.id AS space_id FROM spaces s
                WHERE s.organization_id = '{home.Id}' AND s.slug = 'open'),
            made AS (
                INSERT INTO assets (id, organization_id, tenant_id, space_id, current_version, content_hash, is_duplicate, filename, folder, tags, access,
                    variant_generation, uploaded_at, updated_at)
                SELECT ('019a0000-0000-7000-8000-' || right(replace(gen_random_uuid()::text, '-', ''), 12))::uuid, place.*, 1,
                    encode(sha256(gen_random_uuid()::text::bytea), 'hex'), false, n || '.jpg', '/', ARRAY[]::text[], 'public', 0, now(), now()
                FROM place, generate_series(1, {count}) AS n RETURNING *)
            INSERT INTO asset_versions (id, organization_id, space_id, asset_id, version, storage_key, storage_provider, intermediate_width,
                intermediate_height, tier, size_bytes, content_hash, format, width, height, has_alpha, frames, palette, uploaded_at)
            SELECT gen_random_uuid(), organization_id, space_id, id, 1, id::text, 'file', 0, 0, 'hot', 1, content_hash, 'jpg', 1, 1, false, 1,
                ARRAY[]::text[], now() FROM made
            """);
        await using var db = api.Services.GetRequiredService<RegistryFactory>().ForOrganization(home.Id);
        return await db.Assets.OrderBy(row => row.Id).Select(row => row.Id).ToListAsync(Ct);
    }
}
