using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>Pins what a service is started with: the names and shapes of Aspire's run-time contract.</summary>
[Trait("Level", "Unit")]
public sealed class RunEnvironmentTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_reference_is_a_connection_string_and_its_parts()
    {
        var builder = NewBuilder();
        var registry = builder.AddPostgres("postgres", password: builder.AddParameter("postgres-password", () => "pw", secret: true)).AddDatabase("registry");
        var consumer = builder.AddExecutable("consumer", "true", ".").WithReference(registry);
        Listen(builder, "postgres", 5433);

        (await EnvironmentOf(builder, consumer)).ShouldBe(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__registry"] = "Host=localhost;Port=5433;Username=postgres;Password=pw;Database=registry",
                ["REGISTRY_HOST"] = "localhost",
                ["REGISTRY_PORT"] = "5433",
                ["REGISTRY_USERNAME"] = "postgres",
                ["REGISTRY_PASSWORD"] = "pw",
                ["REGISTRY_URI"] = "postgresql://postgres:pw@localhost:5433/registry",
                ["REGISTRY_JDBCCONNECTIONSTRING"] = "jdbc:postgresql://localhost:5433/registry",
                ["REGISTRY_DATABASENAME"] = "registry",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task A_cache_reference_is_a_connection_string_and_its_parts()
    {
        var builder = NewBuilder();
        var cache = builder.AddRedis("cache", password: builder.AddParameter("cache-password", () => "pw", secret: true));
        var consumer = builder.AddExecutable("consumer", "true", ".").WithReference(cache);
        Listen(builder, "cache", 6380);

        (await EnvironmentOf(builder, consumer)).ShouldBe(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__cache"] = "localhost:6380,password=pw",
                ["CACHE_HOST"] = "localhost",
                ["CACHE_PORT"] = "6380",
                ["CACHE_PASSWORD"] = "pw",
                ["CACHE_URI"] = "redis://:pw@localhost:6380",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task A_service_reference_is_its_address_for_service_discovery_and_by_name()
    {
        var builder = NewBuilder();
        var api = builder.AddProject<Projects.Api>("api");
        var consumer = builder.AddExecutable("consumer", "true", ".").WithReference(api);
        Listen(builder, "api", 8080);

        (await EnvironmentOf(builder, consumer)).ShouldBe(
            new Dictionary<string, string> { ["services__api__http__0"] = "http://localhost:8080", ["API_HTTP"] = "http://localhost:8080" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_project_gets_its_address_its_launch_profile_and_telemetry_names()
    {
        var builder = NewBuilder("--environment=Development");
        var api = builder.AddProject<Projects.Api>("api");
        Listen(builder, "api", 8080);

        var environment = await EnvironmentOf(builder, api);

        environment["ASPNETCORE_URLS"].ShouldBe("http://localhost:8080");
        environment["ASPNETCORE_ENVIRONMENT"].ShouldBe("Development");
        environment["DOTNET_LAUNCH_PROFILE"].ShouldBe("http");
        environment["OTEL_SERVICE_NAME"].ShouldBe("api");
        environment["OTEL_RESOURCE_ATTRIBUTES"].ShouldMatch("^service\\.instance\\.id=[a-z]{8}$");
        environment["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"].ShouldBe("in_memory");
        environment["OTEL_METRIC_EXPORT_INTERVAL"].ShouldBe("1000");
        environment["OTEL_TRACES_SAMPLER"].ShouldBe("always_on");
        environment["LOGGING__CONSOLE__FORMATTERNAME"].ShouldBe("simple");
        environment.ShouldNotContainKey("OTEL_EXPORTER_OTLP_ENDPOINT", "nothing listens there");
    }

    [Fact]
    public async Task Telemetry_goes_where_the_apphost_was_told()
    {
        var builder = NewBuilder("--OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317");
        var api = builder.AddProject<Projects.Api>("api");
        Listen(builder, "api", 8080);

        (await EnvironmentOf(builder, api))["OTEL_EXPORTER_OTLP_ENDPOINT"].ShouldBe("http://collector:4317");
    }

    [Fact]
    public async Task The_migrations_have_no_address_and_the_workers_argument()
    {
        var builder = NewBuilder();
        var migrations = builder.AddProject<Projects.Worker>("migrations", launchProfileName: "migrate").WithArgs("migrate");

        (await EnvironmentOf(builder, migrations)).ShouldNotContainKey("ASPNETCORE_URLS");
        (await ResourceEnvironment.EvaluateArgsAsync(migrations.Resource, builder.ExecutionContext, Ct)).ShouldBe(["migrate"]);
    }

    [Fact]
    public void What_speaks_of_the_apphost_itself_is_not_inherited()
    {
        var environment = ResourceEnvironment.OverInherited(new Dictionary<string, string> { ["MINE"] = "1" });

        environment["MINE"].ShouldBe("1");
        environment.Keys.ShouldContain("PATH");
        environment.Keys.ShouldNotContain("ASPNETCORE_URLS");
        environment.Keys.ShouldNotContain("DOTNET_ENVIRONMENT");
    }

    private static DistributedApplicationBuilder NewBuilder(params string[] args) => new(args);

    private static void Listen(DistributedApplicationBuilder builder, string resource, int port)
    {
        foreach (var endpoint in builder.Resources.Single(known => known.Name == resource).Annotations.OfType<EndpointAnnotation>())
        {
            endpoint.Protocol.ShouldBe(ProtocolType.Tcp);
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint.UriScheme, "localhost", port);
        }
    }

    private static async Task<Dictionary<string, string>> EnvironmentOf(DistributedApplicationBuilder builder, IResourceBuilder<IResource> resource) =>
        new(await ResourceEnvironment.EvaluateAsync(resource.Resource, builder.ExecutionContext, Ct));
}
