using System.Diagnostics;
using System.Globalization;
using ImageService.Core.Facts;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using ImageService.Tests.Worker;
using ImageService.Worker.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Scale;

/// <summary>
/// What questions cost in registries that <c>Benchmarks/Registry/run.sh</c> has filled with ever more variants: run by that script alone, as filling takes
/// long (docs/benchmarks.md). Their connection strings stand in <see cref="Registries"/>, one a line.
/// </summary>
[Trait("Level", "Integration")]
public sealed class GrowthTests(PostgresServer postgres, RedisServer redis, ITestOutputHelper output)
{
    /// <summary>The environment variable.</summary>
    public const string Registries = "IMAGESERVICE_TEST_FILLED_REGISTRIES";

    private const int Rounds = 5;

    /// <summary>A page, its join and some slack.</summary>
    private const int FewRows = 2_500;

    private static readonly string[] LargeTables = ["assets", "asset_tags", "asset_versions", "asset_uses", "variants"];

    private static readonly string[] Told = [.. LargeTables, "stored_totals", "stored_hours", "stored_changes", "usage_hours"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task No_question_reads_more_where_there_is_more()
    {
        var registries = (Environment.GetEnvironmentVariable(Registries) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.SkipWhen(registries.Length == 0, $"{Registries} names no registry: run Benchmarks/Registry/run.sh.");
        List<string> tooMuch = [];
        foreach (var registry in registries)
        {
            await using var api = new FilledApi(postgres, redis, registry);
            await api.InitializeAsync();
            tooMuch.AddRange(await MeasureAsync(api));
        }

        tooMuch.ShouldBeEmpty();
    }

    private async Task<List<string>> MeasureAsync(FilledApi api)
    {
        var owner = await api.OwnerAsync();
        var variants = await api.AsOwnerAsync("SELECT count(*) FROM variants");
        var asset = new AssetId((Guid)(await api.AsOwnerAsync("SELECT id FROM assets ORDER BY id OFFSET 500 LIMIT 1"))!).ToString();
        var first = await owner.GetAsync("/v1/assets?tenant=site&space=open&limit=50").OkAsync();
        List<(string What, string Path)> requests =
        [
            ("a variant by its key, unremembered", $"/v1/pub/acme/site/open/img/{asset}/v1/w_100.jpg"),
            ("an asset's variants", $"/v1/assets/{asset}/variants"),
            ("one asset", $"/v1/assets/{asset}"),
            ("newest first", "/v1/assets?tenant=site&space=open&limit=50"),
            ("the next page", $"/v1/assets?tenant=site&space=open&limit=50&cursor={first.Text("nextCursor")}"),
            ("oldest first", "/v1/assets?limit=50&sort=oldest"),
            ("a rare word", "/v1/assets?limit=50&q=photo777"),
            ("a common word", "/v1/assets?limit=50&q=photo"),
            ("a folder", "/v1/assets?tenant=site&space=open&limit=50&folder=/f5"),
            ("a tag", "/v1/assets?limit=50&tag=t77"),
            ("a tag that the oldest alone have", "/v1/assets?limit=50&tag=first"),
            ("usage", "/v1/organizations/acme/usage"),
            ("cost", "/v1/organizations/acme/usage/cost"),
        ];
        List<string> tooMuch = [];
        foreach (var (what, path) in requests)
        {
            var queries = await LeastAsync(api, Rounds, async () => (await owner.GetAsync(path)).Dispose());
            Tell(variants, what, queries);
            tooMuch.AddRange(queries.SelectMany(static query => query.Steps)
                .Where(static step => LargeTables.Contains(step.Table) && (step.Type == "Seq Scan" || step.Rows > FewRows))
                .Select(step => $"{variants}, {what}: {step}"));
        }

        // Not held: the planner reads all of a small registry for its slowest.
        Tell(variants, "slowest variants", await LeastAsync(api, Rounds, async () => (await owner.GetAsync("/v1/organizations/acme/usage/slowest")).Dispose()));
        var registry = api.Services.GetRequiredService<RegistryFactory>();
        var options = Options.Create(new LifecycleOptions());
        await TimeAsync(variants, "roll-up-usage", new RollUpUsage(registry, options, TimeProvider.System, NullLogger<RollUpUsage>.Instance).RunAsync);
        await TimeAsync(variants, "fold-stored-changes", new FoldStoredChanges(registry, NullLogger<FoldStoredChanges>.Instance).RunAsync);
        await TimeAsync(variants, "prune-variants", new PruneVariants(registry, options, TimeProvider.System, NullLogger<PruneVariants>.Instance).RunAsync);
        await TimeAsync(variants, "prune-variants, nothing due",
            new PruneVariants(registry, options, TimeProvider.System, NullLogger<PruneVariants>.Instance).RunAsync);
        foreach (var what in (string[])["tier-assets", "tier-assets, nothing due"])
        {
            await TimeAsync(variants, what, new TierAssets(
                registry, new ObjectStores(new MemoryStore()), Options.Create(new LifecycleOptions { TierVariants = true }), TimeProvider.System,
                NullLogger<TierAssets>.Instance).RunAsync);
        }

        await SweepAsync(api, registry, variants);
        await TimeAsync(variants, "recount-stored", new RecountStored(registry, NullLogger<RecountStored>.Instance).RunAsync);
        return tooMuch;
    }

    /// <summary>By nature as long as there are objects; what it holds in memory is not.</summary>
    private async Task SweepAsync(FilledApi api, RegistryFactory registry, object? variants)
    {
        await api.AsOwnerAsync("DELETE FROM orphan_sweeps");
        await using var owner = NpgsqlDataSource.Create(api.Registry);
        var store = new RowsAsObjects(owner);
        var options = Options.Create(new LifecycleOptions { SweepFor = TimeSpan.FromDays(1) });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        await new SweepOrphans(registry, new ObjectStores(store), options, TimeProvider.System, NullLogger<SweepOrphans>.Instance).RunAsync(Ct);
        var (took, more) = (Stopwatch.GetElapsedTime(started), (store.Peak - before) / 1e6);
        Tell(variants, "sweep-orphans", took, string.Create(CultureInfo.InvariantCulture,
            $"{store.Count} objects, {store.Removed} without a row, listed in {store.Listing.TotalMilliseconds:0} ms, at most {more:0} MB more"));
    }

    /// <summary>The fastest of some rounds: what else the machine does only adds.</summary>
    private static async Task<IReadOnlyList<ExplainedQuery>> LeastAsync(FilledApi api, int count, Func<Task> ask)
    {
        List<IReadOnlyList<ExplainedQuery>> rounds = [];
        for (var round = 0; round < count; round++)
        {
            api.Services.GetRequiredService<FactsCache>().ForgetAll();
            rounds.Add([.. (await api.Explained.OfAsync(ask)).Where(static query => query.Steps.Any(static step => Told.Contains(step.Table)))]);
        }

        return rounds.MinBy(static queries => queries.Sum(static query => query.Took.TotalMilliseconds))!;
    }

    private async Task TimeAsync(object? variants, string what, Func<CancellationToken, Task> run)
    {
        var started = Stopwatch.GetTimestamp();
        await run(Ct);
        Tell(variants, what, Stopwatch.GetElapsedTime(started), "the whole run");
    }

    private void Tell(object? variants, string what, IReadOnlyList<ExplainedQuery> queries) => Tell(
        variants, what, TimeSpan.FromTicks(queries.Sum(static query => query.Took.Ticks)),
        string.Join("; ", queries.SelectMany(static query => query.Steps).Where(static step => step.Type.Contains("Scan", StringComparison.Ordinal))));

    private void Tell(object? variants, string what, TimeSpan took, string how) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{variants} | {what} | {took.TotalMilliseconds:0.0} ms | {how}"));

    /// <summary>An Api on a registry that others filled.</summary>
    private sealed class FilledApi(PostgresServer postgres, RedisServer redis, string registry) : PlansTests.LargeApi(postgres, redis)
    {
        /// <summary>A client with a key of the organization that has it all: one that was given to another is moved.</summary>
        public async Task<ApiClient> OwnerAsync()
        {
            var slug = $"t{Guid.CreateVersion7():n}";
            var created = await WithKey(PlatformKey).PostAsync("/v1/organizations", new { slug, name = "Test" }).OkAsync(201);
            await AsOwnerAsync(
                $"UPDATE api_keys SET organization_id = o.id FROM organizations o WHERE o.slug = 'acme' AND organization_id = '{created.Text("id")}'");
            return WithKey(created.Text("apiKey"));
        }

        /// <summary>Of the owner of the tables.</summary>
        public string Registry => registry;

        protected override Task<string> CreateDatabaseAsync() => Task.FromResult(registry);
    }
}
