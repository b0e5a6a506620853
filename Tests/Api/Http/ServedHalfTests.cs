using System.Net;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

/// <summary>One image, two deployments: <c>Api:Serve</c> decides which routes a process has, and the schema whether it is ready.</summary>
[Trait("Level", "Integration")]
public sealed class ServedHalfTests(ServedHalfTests.DeliveryApi delivery, ServedHalfTests.ControlApi control)
    : IClassFixture<ServedHalfTests.DeliveryApi>, IClassFixture<ServedHalfTests.ControlApi>
{
    // What the grammar does not take is 400 where there is a route for images, and 404 where there is none.
    private const string Image = "/v1/pub/nobody/site/open/img/01ARZ3NDEKTSV4RRFFQ69G5FAV/v1/w_many.jpg";

    [Fact]
    public async Task Delivery_knows_image_urls_and_nothing_else()
    {
        (await StatusAsync(delivery, Image)).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync(delivery, "/v1/assets?tenant=site&space=open")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(delivery, "/openapi/v1.json")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(delivery, "/health/ready")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Control_knows_everything_but_image_urls()
    {
        (await StatusAsync(control, Image)).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(control, "/v1/assets?tenant=site&space=open")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(control, "/openapi/v1.json")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(control, "/health/ready")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_replica_is_unready_until_the_schema_has_every_migration_that_it_knows()
    {
        var check = new SchemaHealthCheck(delivery.Services.GetRequiredService<RegistryFactory>());
        var context = new HealthCheckContext { Registration = new HealthCheckRegistration("schema", check, HealthStatus.Unhealthy, tags: null) };
        var newest =
            await delivery.AsOwnerAsync(
                """DELETE FROM "__EFMigrationsHistory" WHERE migration_id = (SELECT max(migration_id) FROM "__EFMigrationsHistory") RETURNING migration_id""");
        var behind = await check.CheckHealthAsync(context, TestContext.Current.CancellationToken);
        await delivery.AsOwnerAsync($"""INSERT INTO "__EFMigrationsHistory" VALUES ('{newest}', '10'), ('99990101000000_OfTheNextRelease', '10')""");
        var ahead = await check.CheckHealthAsync(context, TestContext.Current.CancellationToken);

        behind.Status.ShouldBe(HealthStatus.Unhealthy);
        behind.Description.ShouldBe($"The schema lacks 1 migrations, the first {newest}: run `Worker migrate`.");
        ahead.Status.ShouldBe(HealthStatus.Healthy, "the release before works on the schema of the next");
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiFactory api, string path)
    {
        using var client = api.CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public sealed class DeliveryApi(PostgresServer postgres, RedisServer redis) : ApiFactory(postgres, redis)
    {
        protected override Dictionary<string, string> Settings => new() { ["Api:Serve"] = "delivery" };
    }

    public sealed class ControlApi(PostgresServer postgres, RedisServer redis) : ApiFactory(postgres, redis)
    {
        protected override Dictionary<string, string> Settings => new() { ["Api:Serve"] = "control" };
    }
}
