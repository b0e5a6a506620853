using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using ImageService.Api;
using ImageService.Api.Gateway;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Core.Storage;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>
/// One Api as it runs, on a real socket, over real data servers; several of them over the same servers and folder are several replicas.
/// Assets are put straight into registry and store: how they get there is another room's story.
/// </summary>
internal sealed class GatewayStack : WebApplicationFactory<AssemblyMarker>
{
    private readonly StackServers _servers;
    private readonly Dictionary<string, string?> _settings;
    private readonly MeterListener _meters = new();
    private long _transforms;

    private readonly Action<IServiceCollection>? _services;

    private GatewayStack(StackServers servers, Dictionary<string, string?> settings, Action<IServiceCollection>? services) =>
        (_servers, _settings, _services) = (servers, settings, services);

    /// <summary>Base URL; its host is <c>localhost</c>.</summary>
    public Uri Url { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Transforms that this replica ran (<c>transforms_total</c>).</summary>
    public long Transforms => Volatile.Read(ref _transforms);

    /// <summary>The object store of this replica, which can be broken at will.</summary>
    public BreakableStore Store { get; private set; } = null!;

    public IConnectionMultiplexer? Redis => Services.GetService<IConnectionMultiplexer>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="services">What this replica has in place of what the program registers.</param>
    public static async Task<GatewayStack> StartAsync(
        StackServers servers, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        var stack = new GatewayStack(servers, settings ?? [], services);
        stack.UseKestrel(0);
        stack.StartServer();
        stack.CountTransforms();
        stack.Url = new UriBuilder(stack.ClientOptions.BaseAddress) { Host = "localhost" }.Uri;
        stack.Http =
            new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = 500 })
            {
                BaseAddress = stack.Url,
                Timeout = TimeSpan.FromMinutes(2)
            };
        await Probe.UntilAsync(() => stack.Services.GetRequiredService<FactsCache>().IsListening, "changes of facts are heard");
        return stack;
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        // As it stands: Uri would decode and tidy what these tests want to send.
        using var request = new HttpRequestMessage(method,
            new Uri(Url.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request, Ct);
    }

    /// <summary>An organization with a tenant, a space and a signing key.</summary>
    public async Task<StackSpace> NewSpaceAsync(params (string Key, string Json)[] policies)
    {
        var registry = Services.GetRequiredService<RegistryFactory>();
        var now = DateTimeOffset.UtcNow;
        var organization = new Organization { Slug = $"t{Guid.CreateVersion7():n}", Name = "Test", CreatedAt = now, UpdatedAt = now };
        var tenant = new Tenant { OrganizationId = organization.Id, Slug = "website", Name = "Website", CreatedAt = now, UpdatedAt = now };
        var space = new Space
        {
            OrganizationId = organization.Id, TenantId = tenant.Id, Slug = "marketing", Name = "Marketing", CreatedAt = now,
            UpdatedAt = now
        };
        var issued = Services.GetRequiredService<SigningKeyIssuer>().Issue(organization.Id, tenant.Id);
        await using var db = registry.ForOrganization(organization.Id);
        db.AddRange(organization, tenant, space, issued.Key);
        db.AddRange(policies.Select(
            policy =>
                new PolicyRow
                {
                    OrganizationId = organization.Id, Level = PolicyLevel.Space, ScopeId = space.Id, Key = policy.Key, Value = policy.Json,
                    UpdatedAt = now
                }));
        await db.SaveChangesAsync(Ct);
        return new StackSpace
        {
            Stack = this,
            OrganizationId = organization.Id,
            TenantId = tenant.Id,
            SpaceId = space.Id,
            Organization = organization.Slug,
            Kid = issued.Key.Kid,
            Secret = System.Buffers.Text.Base64Url.DecodeFromChars(issued.Secret),
        };
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(Environments.Development);
        builder.UseSetting("Storage:Root", _servers.Folder);
        builder.UseSetting("ConnectionStrings:registry", _servers.Registry);
        builder.UseSetting("ConnectionStrings:cache", _servers.Redis);
        foreach (var (key, value) in _settings)
            builder.UseSetting(key, value);
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureTestServices(services =>
        {
            var store = services.Last(service => service.ServiceType == typeof(IObjectStore));
            services.AddSingleton<IObjectStore>(provider => Store = new BreakableStore((IObjectStore)store.ImplementationFactory!(provider)));
            _services?.Invoke(services);
        });
    }

    /// <summary>The factory registers the server once more, after the program and everything else did.</summary>
    protected override IHost CreateHost(IHostBuilder builder) => base.CreateHost(builder.ConfigureServices(static services => services.PutHitsFirst()));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Http.Dispose();
            _meters.Dispose();
        }

        base.Dispose(disposing);
    }

    private void CountTransforms()
    {
        var factory = Services.GetRequiredService<IMeterFactory>();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "transforms_total" && ReferenceEquals(instrument.Meter.Scope, factory))
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _transforms, value));
        _meters.Start();
    }
}

/// <summary>The servers and the folder that replicas share.</summary>
internal sealed record StackServers(string Registry, string Redis, string Folder)
{
    public static async Task<StackServers> CreateAsync(PostgresServer postgres, RedisServer redis, CancellationToken ct) =>
        await CreateAsync(postgres, await redis.GetConnectionStringAsync(ct), ct);

    public static async Task<StackServers> CreateAsync(PostgresServer postgres, string redis, CancellationToken ct)
    {
        var registry = await postgres.CreateDatabaseAsync("migrated", async owner => await RegistryMigrator.MigrateAsync(owner, CancellationToken.None), ct);
        return new StackServers(registry, redis, NewFolder());
    }

    public static string NewFolder() => Directory.CreateTempSubdirectory("imageservice-gateway-").FullName;
}

/// <summary>A test's own space.</summary>
internal sealed record StackSpace
{
    public required GatewayStack Stack { get; init; }

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    public required string Organization { get; init; }

    public required string Kid { get; init; }

    public required byte[] Secret { get; init; }

    private static int _seed = 40_000;

    private RegistryFactory Registry => Stack.Services.GetRequiredService<RegistryFactory>();

    public RegistryDb Db() => Registry.ForOrganization(OrganizationId);

    /// <summary>Puts a picture no other test has.</summary>
    public Task<StackAsset> AddAsync(AssetAccess access = AssetAccess.Public, int width = 400, int height = 300) =>
        AddAsync(Pictures.Jpeg(width, height, Interlocked.Increment(ref _seed)), width, height, access);

    public async Task<StackAsset> AddAsync(byte[] original, int width, int height, AssetAccess access, string format = "jpg", int frames = 1)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(original));
        var now = DateTimeOffset.UtcNow;
        var asset = new Asset
        {
            OrganizationId = OrganizationId, TenantId = TenantId, SpaceId = SpaceId, ContentHash = hash, Filename = $"a.{format}",
            Access = access, Tags = ["blue"], UploadedAt = now, UpdatedAt = now
        };
        var key = ObjectKey.Original(OrganizationId, asset.Id, 1);
        asset.Versions.Add(new AssetVersion
        {
            OrganizationId = OrganizationId,
            SpaceId = SpaceId,
            AssetId = asset.Id,
            Version = 1,
            ContentHash = hash,
            StorageKey = key,
            StorageProvider = "file",
            SizeBytes = original.Length,
            Format = format,
            Width = width,
            Height = height,
            HasAlpha = format == "png",
            Frames = frames,
            UploadedAt = now,
        });
        await using (var content = new MemoryStream(original))
            await Stack.Services.GetRequiredService<IObjectStore>().PutAsync(key, content, $"image/{format}", TestContext.Current.CancellationToken);
        await using var db = Db();
        db.Assets.Add(asset);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return new StackAsset(this, new AssetId(asset.Id), original);
    }
}

/// <summary>A picture in a test's space.</summary>
internal sealed record StackAsset(StackSpace Space, AssetId Id, byte[] Original)
{
    public string Public(string file) => Path("pub", file);

    public string Path(string kind, string file) => $"/v1/{kind}/{Space.Organization}/website/marketing/img/{Id}/v1/{file}";

    /// <summary>A private URL, signed for <c>localhost</c> unless told otherwise.</summary>
    public string Signed(string file, DateTimeOffset? expires = null, string host = "localhost", string kind = "priv")
    {
        var request = new SignedRequest(Path(kind, file), (expires ?? DateTimeOffset.UtcNow.AddMinutes(10)).ToUnixTimeSeconds(), host, Space.TenantId);
        return ImageUrlBuilder.SignedPath(Space.Secret, Space.Kid, request);
    }
}
