using ImageService.Core.Engine;
using ImageService.Core.Ingestion;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Telemetry;
using ImageService.Core.Tenancy;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace ImageService.Tests.Core.Ingestion;

/// <summary>The ingestion room on a real PostgreSQL and a folder, with an object store and a commit that can be told to fail.</summary>
public sealed class IngestionFixture(PostgresServer server) : IAsyncLifetime
{
    private readonly RegistryFixture _registry = new(server);
    private readonly string _root = Directory.CreateTempSubdirectory("imageservice-ingestion-").FullName;
    private ServiceProvider? _services;

    public FaultyStore Store { get; private set; } = null!;

    /// <summary>The folder of the object store.</summary>
    public string Root => _root;

    public FaultyCommit Commit { get; } = new();

    public RegistryFactory Registry => Get<RegistryFactory>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _registry.InitializeAsync();
        Store = new FaultyStore(new FileObjectStore(_root));
        _services = RegistryFixture.Build(
            _registry.OwnerConnectionString,
            services =>
            {
                services.AddImageServiceTelemetry().AddEngine();
                services.AddIngestion();
                services.AddQuotas();
                services.AddSingleton<IObjectStore>(Store);
                services.AddSingleton(new ObjectStores(Store));
                services.AddSingleton<IInterceptor>(Commit);
            });
        await _registry.ListenAsync(_services);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        if (_services is not null)
            await _services.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    public T Get<T>()
        where T : notnull => _services!.GetRequiredService<T>();

    public Task<object?> AsOwnerAsync(string sql) => _registry.AsOwnerAsync(sql);

    /// <summary>A fresh organization's space.</summary>
    public async Task<SpaceScope> NewSpaceAsync(params (PolicyLevel Level, string Key, string Value)[] policies)
    {
        var home = await _registry.NewOrganizationAsync();
        await using (var db = Registry.ForOrganization(home.OrganizationId))
        {
            foreach (var (level, key, value) in policies)
            {
                var scope = level switch { PolicyLevel.Organization => home.OrganizationId, PolicyLevel.Tenant => home.TenantId, _ => home.SpaceId };
                db.Policies.Add(new PolicyRow
                {
                    OrganizationId = home.OrganizationId, Level = level, ScopeId = scope, Key = key, Value = value,
                    UpdatedAt = DateTimeOffset.UtcNow
                });
            }

            await db.SaveChangesAsync(Ct);
        }

        return (await Get<TenantDirectory>().FindSpaceAsync(home.OrganizationId, home.SpaceId, Ct)).ShouldNotBeNull();
    }

    /// <summary>Stages and ingests bytes, as a request does.</summary>
    public async Task<ImageService.Core.Errors.Result<IngestedAsset>> IngestAsync(SpaceScope space, byte[] bytes, string filename = "picture.png")
    {
        var staged = await Get<StagingArea>().StageAsync(space.OrganizationId, new MemoryStream(bytes), StagingTarget.For(space.Policy), Ct);
        if (!staged.TryGet(out var file, out var error))
            return error;
        await using (file)
        {
            var image = new IncomingImage
            {
                Space = space,
                Filename = filename,
                Folder = "/",
                Tags = [],
                Access = null,
                UploadedBy = null,
            };
            return await Get<AssetIngestor>().IngestAsync(image, file, Ct);
        }
    }

    public async Task<List<string>> KeysAsync(SpaceScope space)
    {
        var keys = new List<string>();
        await foreach (var listing in Store.ListAsync($"{space.OrganizationId:n}/", Ct))
            keys.Add(listing.Key);
        return keys;
    }

    /// <summary>
    /// What must hold at all times: every version's row has its object, whole. Where nothing is under way, no object is without its row either.
    /// </summary>
    public async Task ShouldBeConsistentAsync(SpaceScope space)
    {
        await using var db = Registry.ForOrganization(space.OrganizationId);
        var versions = await db.AssetVersions.AsNoTracking().ToListAsync(Ct);
        foreach (var version in versions)
            (await Store.HeadAsync(version.StorageKey, Ct)).ShouldNotBeNull(version.StorageKey).SizeBytes.ShouldBe(version.SizeBytes);
        (await KeysAsync(space)).ShouldBe(versions.Select(version => version.StorageKey), ignoreOrder: true);
        var counters = await db.QuotaCounters.AsNoTracking().ToDictionaryAsync(row => (row.ScopeId, row.Kind), row => row.Used, Ct);
        foreach (var scope in (Guid[])[space.OrganizationId, space.TenantId, space.SpaceId])
        {
            counters.GetValueOrDefault((scope, QuotaKind.StorageBytes.CounterName())).ShouldBe(versions.Sum(version => version.SizeBytes));
            counters.GetValueOrDefault((scope, QuotaKind.Assets.CounterName())).ShouldBe(versions.Select(version => version.AssetId).Distinct().Count());
        }
    }

    /// <summary>A PNG unlike any other seed's.</summary>
    public static byte[] Png(int seed, int width = 40, int height = 30)
    {
        using var bitmap = new SKBitmap(width, height, isOpaque: true);
        var random = new Random(seed);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}

/// <summary>A store that fails at one operation on keys that match, once it is told to.</summary>
public sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    /// <summary>Asked before each operation, with its name and key; what it throws is what the caller gets.</summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    public string Provider => inner.Provider;

    public Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct) => Run("open", key, () => inner.OpenAsync(key, range, ct));

    public Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct) =>
        Run("put", key, () => inner.PutAsync(key, content, options, ct));

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) => Run("head", key, () => inner.HeadAsync(key, ct));

    public Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct) => Run("move", toKey, () => inner.MoveAsync(fromKey, toKey, ct));

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => Run("delete", key, () => inner.DeleteAsync(key, ct));

    public string? LocalPathOf(string key) => inner.LocalPathOf(key);

    public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct) => inner.SetTierAsync(key, tier, ct);

    public Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct) =>
        inner.PresignPutAsync(key, contentType, maxBytes, validFor, ct);

    public Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken ct) => inner.SweepAsync(olderThan, ct);

    public Task CheckAsync(CancellationToken ct) => inner.CheckAsync(ct);

    private Task<T> Run<T>(string operation, string key, Func<Task<T>> call)
    {
        Before(operation, key);
        return call();
    }
}

/// <summary>A commit that fails before it reaches the database, for one organization: as a process that dies there.</summary>
public sealed class FaultyCommit : DbTransactionInterceptor
{
    /// <summary>Whose next commit dies.</summary>
    public Guid? Dies { get; set; }

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        System.Data.Common.DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (Dies is { } organization && (eventData.Context as RegistryDb)?.OrganizationId == organization)
            throw new ProcessDiedException();
        return ValueTask.FromResult(result);
    }
}

/// <summary>Stands for the end of the process.</summary>
public sealed class ProcessDiedException() : Exception("The process died here.");
