using ImageService.Api;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using StackExchange.Redis;
using Xunit;

namespace ImageService.Tests.Support;

/// <summary>
/// The whole Api in memory on a real PostgreSQL (a migrated database of its own) and a real Redis; objects in a temporary folder. One host per test class;
/// each test makes its own organization. Use: <c>public sealed class XTests(ApiFactory api) : IClassFixture&lt;ApiFactory&gt;</c>.
/// </summary>
public class ApiFactory(PostgresServer postgres, RedisServer redis) : WebApplicationFactory<AssemblyMarker>, IAsyncLifetime
{
    // Seconds. A hundred thousand rows are written in one statement, beside all other tests.
    private const int LongestCommand = 180;

    /// <summary>The operator's key in tests.</summary>
    public const string PlatformKey = "platform_0123456789abcdef0123456789abcdef";

    private readonly PrivateFolder _folder = new("api");
    private readonly AnswerWatch _answers = new();
    private string _redis = "";

    /// <summary>Everything the host logged.</summary>
    public CapturedLogs Logs { get; } = new();

    /// <summary>Connects as the owner of the tables: may do anything.</summary>
    public string OwnerConnectionString { get; private set; } = "";

    /// <summary>Settings of the host; a derived factory adds its own.</summary>
    protected virtual Dictionary<string, string> Settings => [];

    public virtual async ValueTask InitializeAsync()
    {
        OwnerConnectionString = await CreateDatabaseAsync();
        _redis = await redis.GetConnectionStringAsync(TestContext.Current.CancellationToken);
        await Probe.UntilAsync(() => Services.GetRequiredService<FactsCache>().IsListening, "changes of facts are heard");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
        _answers.Unnamed.ShouldBeEmpty("refusals that their routes do not name: add them to Fails(…)");
    }

    /// <summary>A client without a credential.</summary>
    public ApiClient Anonymous() => new(NewHttpClient());

    /// <summary>A client with an API key.</summary>
    public ApiClient WithKey(string key) => new(NewHttpClient()) { Key = key };

    /// <summary>A client with a session token.</summary>
    public ApiClient WithSession(string token) => new(NewHttpClient()) { Token = token };

    /// <summary>A new organization with a tenant <c>site</c>, a public space <c>open</c> and a private space <c>closed</c>.</summary>
    public async Task<ApiHome> NewHomeAsync()
    {
        var slug = $"t{Guid.CreateVersion7():n}";
        var created = await WithKey(PlatformKey).PostAsync("/v1/organizations", new { slug, name = "Test" }).OkAsync(201);
        var home = new ApiHome(this, slug, Guid.Parse(created.Text("id")), created.Text("apiKey"));
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "site", name = "Site" }).OkAsync(201);
        foreach (var (space, access) in ((string, string)[])[("open", "public"), ("closed", "private")])
            await home.Owner.PostAsync($"{home.Root}/tenants/site/spaces", new { slug = space, name = space, defaultAccess = access }).OkAsync(201);
        return home;
    }

    /// <summary>Runs SQL as the owner of the tables, behind everyone's back.</summary>
    public async Task<object?> AsOwnerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(OwnerConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = LongestCommand };
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A migrated database of this host's own; returns its owner's connection string.</summary>
    protected virtual Task<string> CreateDatabaseAsync() => postgres.CreateDatabaseAsync(
        "migrated", async owner => await RegistryMigrator.MigrateAsync(owner, CancellationToken.None), TestContext.Current.CancellationToken);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["ConnectionStrings:registry"] = OwnerConnectionString,
            ["ConnectionStrings:cache"] = _redis,
            ["Storage:Root"] = _folder.Next(),
            ["Signing:MasterKey"] = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=",
            ["Access:PlatformKey"] = PlatformKey,
            ["Logging:LogLevel:Default"] = "Information",
        };
        foreach (var (key, value) in settings.Concat(Settings))
            builder.UseSetting(key, value);
        builder.ConfigureLogging(logging => logging.AddProvider(Logs));
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<IStartupFilter>(_answers);
            var source = new NpgsqlDataSourceBuilder(OwnerConnectionString);
            RegistryConnection.UseApplicationRole(source);
            services.Replace(ServiceDescriptor.Singleton(source.Build()));
            services.Replace(ServiceDescriptor.Singleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(_redis)));
        });
    }

    private HttpClient NewHttpClient() => CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = false });
}

/// <summary>One test's organization, made through the Api.</summary>
public sealed record ApiHome(ApiFactory Api, string Slug, Guid Id, string Key)
{
    /// <summary><c>/v1/organizations/{org}</c>.</summary>
    public string Root => $"/v1/organizations/{Slug}";

    /// <summary>A client with the organization's first key: all scopes.</summary>
    public ApiClient Owner => Api.WithKey(Key);

    /// <summary>A client with a new key.</summary>
    public async Task<ApiClient> KeyAsync(string[] scopes, string? tenant = null) =>
        Api.WithKey((await Owner.PostAsync($"{Root}/api-keys", new { name = "Test key", scopes, tenant }).OkAsync(201)).Text("key"));

    /// <summary>A person with an account, invited and signed in.</summary>
    public async Task<ApiPerson> PersonAsync(string role, string? tenant = null, string? space = null)
    {
        var email = $"p{Guid.CreateVersion7():n}@example.com";
        var invited = await Owner.PostAsync($"{Root}/members", new { email, role, tenant, space }).OkAsync(201);
        var token = invited.Text("invitationUrl").Split("token=")[1];
        var session = await Api.Anonymous().PostAsync("/v1/invitations/accept", new { token, name = "Person", password = ApiPerson.Password }).OkAsync(201);
        return new ApiPerson(email, invited.Text("id"), Api.WithSession(session.Text("token")));
    }
}

/// <summary>A signed-in person of a test.</summary>
public sealed record ApiPerson(string Email, string MemberId, ApiClient Client)
{
    public const string Password = "a long enough passphrase";
}
