using System.Net;
using ImageService.Core.Facts;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Api.Uploads;
using ImageService.Tests.Support;
using ImageService.Tests.Worker;
using ImageService.Worker.Jobs;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Scale;

/// <summary>
/// A space of a hundred thousand assets with a variant each: what lists, searches, look-ups and sweeps have PostgreSQL read, by its own account.
/// </summary>
[Trait("Level", "Integration")]
public sealed class PlansTests(PlansTests.LargeApi api, ITestOutputHelper output) : IClassFixture<PlansTests.LargeApi>
{
    private const int Assets = 100_000;

    /// <summary>A page, its join and some slack: far from the table, however it is read.</summary>
    private const int FewRows = 2_500;

    /// <summary>A hundred of them.</summary>
    private const string Sizes = "minBytes=500010&maxBytes=501000";

    private static readonly string[] Sorts = ["newest", "oldest", "name", "size", "used", "unused"];

    private static readonly string[] LargeTables = ["assets", "asset_tags", "asset_versions", "variants"];

    private static readonly string[] Told = [.. LargeTables, "stored_totals", "stored_hours", "stored_changes"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_list_search_or_look_up_reads_a_table_and_no_sweep_sorts_one()
    {
        var home = await api.NewHomeAsync();
        var asset = await home.Owner.UploadAsync(Pictures.Png(64, 48, 1));
        var image = $"/v1/pub/{home.Slug}/site/open/img/{asset.Text("id")}/v1/w_";
        await SeesAsync($"{image}20.jpg");
        await SeedAsync(asset.Text("id"));
        var first = await home.Owner.GetAsync("/v1/assets?tenant=site&space=open&limit=50").OkAsync();
        (string What, string Path)[] requests =
        [
            ("newest first", "/v1/assets?tenant=site&space=open&limit=50"),
            ("the next page", $"/v1/assets?tenant=site&space=open&limit=50&cursor={first.Text("nextCursor")}"),
            ("oldest first", "/v1/assets?limit=50&sort=oldest"),
            ("a rare word", "/v1/assets?limit=50&q=photo77777"),
            ("a common word", "/v1/assets?limit=50&q=photo"),
            ("a tag", "/v1/assets?limit=50&tag=t77"),
            .. Sorts.Select(static sort => ($"a tag in a space, {sort}", $"/v1/assets?tenant=site&space=open&limit=50&tag=t77&sort={sort}")),
            ("a tag of the oldest alone", "/v1/assets?limit=50&tag=old"),
            ("a tag that all have", "/v1/assets?limit=50&tag=all"),
            ("usage", $"/v1/organizations/{home.Slug}/usage"),
            ("cost", $"/v1/organizations/{home.Slug}/usage/cost"),
            ("a folder", "/v1/assets?tenant=site&space=open&limit=50&folder=/f5"),
            ("one asset", $"/v1/assets/{asset.Text("id")}"),
            .. Sorts.Select(static sort => ($"sizes, {sort}", $"/v1/assets?tenant=site&space=open&limit=50&{Sizes}&sort={sort}")),
            ("many sizes", "/v1/assets?tenant=site&space=open&limit=50&minBytes=500010"),
            ("sizes, counted", $"/v1/assets/facets?tenant=site&space=open&{Sizes}"),
        ];
        foreach (var (what, path) in requests)
            await ReadsFewAsync(what, () => home.Owner.GetAsync(path).OkAsync());
        await ReadsFewAsync("an image nobody remembers", () => SeesAsync($"{image}21.jpg"));

        await SortsNothingAsync("pruning", () => new PruneVariants(
            api.Services.GetRequiredService<RegistryFactory>(), Options.Create(new LifecycleOptions()), TimeProvider.System,
            NullLogger<PruneVariants>.Instance).RunAsync(Ct));
        await ReadsFewAsync("tiering", () => new TierAssets(
            api.Services.GetRequiredService<RegistryFactory>(), new ObjectStores(new MemoryStore()),
            Options.Create(new LifecycleOptions { TierVariants = true }), TimeProvider.System, NullLogger<TierAssets>.Instance).RunAsync(Ct));
    }

    private async Task SeesAsync(string path)
    {
        using var image = await api.Anonymous().GetAsync(path);
        image.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task ReadsFewAsync(string what, Func<Task> ask)
    {
        api.Services.GetRequiredService<FactsCache>().ForgetAll();
        foreach (var query in await PlansAsync(what, ask))
        {
            query.Steps.Where(static step => step.Type == "Seq Scan" && LargeTables.Contains(step.Table)).ShouldBeEmpty($"{what}: {query.Text}");
            query.Steps.Where(static step => step.Rows > FewRows).ShouldBeEmpty($"{what}: {query.Text}");
        }
    }

    /// <summary>A sweep looks at every row once; which it takes on comes by the key, a page at a time.</summary>
    private async Task SortsNothingAsync(string what, Func<Task> sweep)
    {
        foreach (var query in await PlansAsync(what, sweep))
        {
            query.Steps.Where(static step => step.Type.EndsWith("Sort", StringComparison.Ordinal) && step.Rows > FewRows)
                .ShouldBeEmpty($"{what}: {query.Text}");
        }
    }

    private async Task<IReadOnlyList<ExplainedQuery>> PlansAsync(string what, Func<Task> ask)
    {
        var plans = (await api.Explained.OfAsync(ask)).Where(static query => query.Steps.Any(static step => Told.Contains(step.Table))).ToList();
        plans.ShouldNotBeEmpty($"{what} asks the registry");
        foreach (var query in plans)
            output.WriteLine($"{what}: {string.Join(" < ", query.Steps)}");
        return plans;
    }

    /// <summary>Copies of the one asset, its version and its variant, made by the server itself without triggers.</summary>
    private async Task SeedAsync(string asset)
    {
        AssetId.TryParse(asset, out var named).ShouldBeTrue();
        var id = named.Value;
        await CopyAsync("assets", $"t.id = '{id}'", new()
        {
            ["id"] = "md5('asset' || n)::uuid", ["content_hash"] = "repeat(md5('asset' || n), 2)", ["filename"] = "'photo photo' || n || '.jpg'",
            ["folder"] = "'/f' || n % 1000", ["tags"] = "ARRAY['all', 't' || n % 1000] || CASE WHEN md5('asset' || n) < '01' THEN ARRAY['old'] END",
        });
        await CopyAsync("asset_versions", $"t.asset_id = '{id}'", new()
        {
            ["id"] = "md5('version' || n)::uuid", ["asset_id"] = "md5('asset' || n)::uuid", ["content_hash"] = "repeat(md5('asset' || n), 2)",
            ["storage_key"] = "t.storage_key || n", ["size_bytes"] = "n * 10", ["intermediate_key"] = "'made'",
            ["uploaded_at"] = "now() - interval '100 days'", ["tier"] = "CASE WHEN n % 1000 = 0 THEN 'hot' ELSE 'cold' END",
        });
        await CopyAsync("asset_uses", $"t.asset_id = '{id}'", new() { ["asset_id"] = "md5('asset' || n)::uuid" });
        await CopyAsync("variants", $"t.asset_id = '{id}'", new()
        {
            ["id"] = "md5('variant' || n)::uuid", ["asset_id"] = "md5('asset' || n)::uuid", ["storage_key"] = "t.storage_key || n",
        });
        await api.AsOwnerAsync(
            $"""
            INSERT INTO asset_tags (organization_id, tag, asset_id, space_id)
            SELECT a.organization_id, tag, a.id, a.space_id FROM assets a, unnest(a.tags) AS tag ON CONFLICT DO NOTHING;
            SELECT recount_stored(organization_id) FROM assets WHERE id = '{id}';
            ANALYZE assets, asset_tags, asset_uses, asset_versions, variants, stored_totals, stored_hours, stored_changes;
            """);
    }

    private async Task CopyAsync(string table, string row, Dictionary<string, string> changed)
    {
        var columns = ((string)(await api.AsOwnerAsync(
            $"SELECT string_agg(column_name, ',') FROM information_schema.columns WHERE table_name = '{table}' AND is_generated = 'NEVER'"))!).Split(',');
        var values = columns.Select(column => changed.GetValueOrDefault(column, $"t.{column}"));
        await api.AsOwnerAsync(
            $"SET session_replication_role = replica; INSERT INTO {table} ({string.Join(',', columns)}) SELECT {string.Join(',', values)} " +
            $"FROM (SELECT * FROM {table} t WHERE {row} LIMIT 1) t, generate_series(1, {Assets}) n; RESET session_replication_role");
    }

    /// <summary>An Api whose queries are explained.</summary>
    public class LargeApi(PostgresServer postgres, RedisServer redis) : ApiFactory(postgres, redis)
    {
        internal ExplainedQueries Explained { get; } = new();

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services => services.AddSingleton<IInterceptor>(Explained));
        }
    }
}
