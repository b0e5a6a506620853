using ImageService.Core.Facts;
using Xunit;
using ImageService.Core.Access;
using ImageService.Core.Caching;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ImageService.Tests.Support;

/// <summary>
/// A migrated registry on a real PostgreSQL, connected to as the services are. One database per test class; each test makes its own organization.
/// Use: <c>public sealed class XTests(RegistryFixture registry) : IClassFixture&lt;RegistryFixture&gt;</c>.
/// </summary>
public sealed class RegistryFixture(PostgresServer server) : IAsyncLifetime
{
    private readonly List<IHostedService> _listeners = [];
    private ServiceProvider? _services;

    /// <summary>Connects as the owner of the tables: may do anything.</summary>
    public string OwnerConnectionString { get; private set; } = "";

    /// <summary>The core's rooms that stand on the registry alone.</summary>
    public IServiceProvider Services => _services!;

    public RegistryFactory Registry => Services.GetRequiredService<RegistryFactory>();

    /// <summary>Connects as the services do: as the application's role.</summary>
    public NpgsqlDataSource Source => Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>The process's ear; listening.</summary>
    public Notices Notices => Services.GetRequiredService<Notices>();

    public FactsCache Facts => Services.GetRequiredService<FactsCache>();

    public async ValueTask InitializeAsync()
    {
        OwnerConnectionString = await NewDatabaseAsync();
        _services = Build(OwnerConnectionString);
        await ListenAsync(_services);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
            await listener.StopAsync(CancellationToken.None);
        if (_services is not null)
            await _services.DisposeAsync();
    }

    /// <summary>A migrated database of the test's own; returns the owner's connection string.</summary>
    public Task<string> NewDatabaseAsync() =>
        server.CreateDatabaseAsync("migrated", async owner => await RegistryMigrator.MigrateAsync(owner, CancellationToken.None),
            TestContext.Current.CancellationToken);

    /// <summary>The rooms once more, as another process has them; the caller disposes. Hears of changes once <see cref="ListenAsync"/> returns.</summary>
    public static ServiceProvider Build(string ownerConnectionString, Action<IServiceCollection>? configure = null,
        Dictionary<string, string?>? settings = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings ?? []).Build());
        services.AddSingleton<IHostEnvironment>(new TestEnvironment());
        services.AddSingleton(_ =>
        {
            var builder = new NpgsqlDataSourceBuilder(ownerConnectionString);
            RegistryConnection.UseApplicationRole(builder);
            return builder.Build();
        });
        services.AddRegistry().AddCaching().AddFacts().AddPolicies().AddTenancy().AddPresets().AddAccess();
        configure?.Invoke(services);
        return services.BuildServiceProvider();
    }

    /// <summary>Starts the listener of a provider and waits until changes are heard.</summary>
    public async Task ListenAsync(IServiceProvider services)
    {
        foreach (var listener in services.GetServices<IHostedService>().Where(service => service is FactsListener or ImageService.Core.Registry.Notices))
        {
            _listeners.Add(listener);
            await listener.StartAsync(CancellationToken.None);
        }

        var facts = services.GetRequiredService<FactsCache>();
        await Probe.UntilAsync(() => facts.IsListening, "changes of facts are heard");
    }

    /// <summary>
    /// Waits until a listening provider has heard of everything written so far. Notices come in order: once the marker is forgotten, so was all before it.
    /// </summary>
    public static async Task CatchUpAsync(IServiceProvider services)
    {
        var facts = services.GetRequiredService<FactsCache>();
        await facts.GetOrLoadAsync(FactScope.ApiKey("marker"), "", 0, static (_, _) => Task.FromResult("here"), StaleFacts.Refuse,
            TestContext.Current.CancellationToken);
        await using var command = services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("SELECT pg_notify('facts', '{\"table\": \"api_keys\", \"key\": \"marker\"}')");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await Probe.UntilAsync(() => !facts.TryGet<string>(FactScope.ApiKey("marker"), "", out _), "the marker is forgotten");
    }

    /// <summary>An organization with a tenant and a space, fresh slugs each.</summary>
    public async Task<TestOrganization> NewOrganizationAsync(AssetAccess? defaultAccess = null)
    {
        var slug = $"t{Guid.CreateVersion7():n}";
        var organization = new Organization { Slug = slug, Name = slug, CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow };
        var tenant = new Tenant
        {
            OrganizationId = organization.Id, Slug = "website", Name = "Website", CreatedAt = DateTimeOffset.UtcNow,
            UpdatedAt = DateTimeOffset.UtcNow
        };
        var space = new Space
        {
            OrganizationId = organization.Id, TenantId = tenant.Id, Slug = "marketing", Name = "Marketing", DefaultAccess = defaultAccess,
            CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow,
        };
        await using var db = Registry.ForOrganization(organization.Id);
        db.AddRange(organization, tenant, space);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return new TestOrganization
        {
            OrganizationId = organization.Id,
            TenantId = tenant.Id,
            SpaceId = space.Id,
            Organization = slug,
            Tenant = tenant.Slug,
            Space = space.Slug,
        };
    }

    /// <summary>Runs SQL as the owner of the tables, behind everyone's back.</summary>
    public async Task<object?> AsOwnerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(OwnerConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private sealed class TestEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Development;

        public string ApplicationName { get; set; } = "Tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}

/// <summary>A test's own organization.</summary>
public sealed record TestOrganization
{
    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    public required string Organization { get; init; }

    public required string Tenant { get; init; }

    public required string Space { get; init; }

    /// <summary>An asset with one version, not saved.</summary>
    public Asset NewAsset(string? contentHash = null, AssetAccess access = AssetAccess.Public)
    {
        var hash = contentHash ?? Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        var asset = new Asset
        {
            OrganizationId = OrganizationId, TenantId = TenantId, SpaceId = SpaceId, ContentHash = hash, Filename = "red-shoe_01.jpg", Access = access,
            UploadedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow,
        };
        asset.Versions.Add(NewVersion(asset, 1, hash));
        return asset;
    }

    /// <summary>A variant of an asset's first version, never fetched, not saved.</summary>
    /// <param name="asset">Of which.</param>
    /// <param name="hash">64 hex digits.</param>
    /// <param name="sizeBytes">Its length.</param>
    public Variant NewVariant(Asset asset, string hash, long sizeBytes) => new()
    {
        OrganizationId = OrganizationId, SpaceId = SpaceId, AssetId = asset.Id, Version = 1, Operations = "fmt_jpg-w_10", OperationsHash = hash,
        Format = "jpg", StorageKey = ObjectKey.Variant(OrganizationId, asset.Id, 1, hash, ImageFormat.Jpg), StorageProvider = "file", SizeBytes = sizeBytes,
        ContentHash = hash, Width = 10, Height = 8, ProcessingTimeMs = 1, CreatedAt = DateTimeOffset.UtcNow,
    };

    /// <summary>A further version of an asset, not saved.</summary>
    public AssetVersion NewVersion(Asset asset, int version, string contentHash) => new()
    {
        OrganizationId = OrganizationId, SpaceId = SpaceId, AssetId = asset.Id, Version = version, ContentHash = contentHash,
        StorageKey = $"{OrganizationId:n}/{asset.Id:n}/v{version}/original", StorageProvider = "file", SizeBytes = 1000, Format = "jpg", Width = 40,
        Height = 30,
        HasAlpha = false, Frames = 1, UploadedAt = DateTimeOffset.UtcNow,
    };
}

/// <summary>Waits for what happens by itself soon.</summary>
public static class Probe
{
    /// <summary>Asks every few milliseconds until the condition holds; fails after ten seconds, or the time given.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        await UntilAsync(() => Task.FromResult(condition()), what, within);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string, TimeSpan?)"/>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var limit = within ?? TimeSpan.FromSeconds(10);
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
                throw new TimeoutException($"{limit.TotalSeconds:0} seconds passed without: {what}.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
