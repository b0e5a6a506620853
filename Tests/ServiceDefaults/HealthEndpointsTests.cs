using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.ServiceDefaults;

[Trait("Level", "Unit")]
public sealed class HealthEndpointsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_without_dependencies_is_ready()
    {
        var (status, body) = await AskAsync(_ => { });

        status.ShouldBe(HttpStatusCode.OK);
        body["status"]!.GetValue<string>().ShouldBe("ready");
    }

    [Fact]
    public async Task A_database_that_is_down_unreadies()
    {
        var (status, body) = await AskAsync(checks => checks
            .AddCheck("PostgreSql", () => HealthCheckResult.Unhealthy("The database does not answer."))
            .AddCheck("StackExchange.Redis", () => HealthCheckResult.Healthy()));

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        body["status"]!.GetValue<string>().ShouldBe("unready");
        body["checks"]!["database"]!["status"]!.GetValue<string>().ShouldBe("unready");
        body["checks"]!["database"]!["error"]!.GetValue<string>().ShouldBe("The database does not answer.");
        body["checks"]!["cache"]!["status"]!.GetValue<string>().ShouldBe("ready");
        body["checks"]!["cache"]!["error"].ShouldBeNull();
        body["checks"]!["cache"]!["durationMs"]!.GetValue<double>().ShouldBeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public async Task A_cache_that_is_down_degrades_though_its_client_library_registers_it_as_unhealthy()
    {
        var (status, body) = await AskAsync(checks => checks.AddCheck<Failing>("StackExchange.Redis"));

        status.ShouldBe(HttpStatusCode.OK);
        body["status"]!.GetValue<string>().ShouldBe("degraded");
        body["checks"]!["cache"]!["status"]!.GetValue<string>().ShouldBe("degraded");
    }

    [Fact]
    public async Task A_check_decides_readiness_only_when_it_is_tagged_and_its_failure_status_says_how()
    {
        var (_, body) = await AskAsync(checks => checks
            .AddCheck<Failing>("queue", HealthStatus.Degraded, ["ready"])
            .AddCheck<Failing>("curiosity"));

        body["status"]!.GetValue<string>().ShouldBe("degraded");
        body["checks"]!.AsObject().Select(check => check.Key).ShouldBe(["queue"]);
    }

    [Fact]
    public async Task An_error_tells_nothing_of_the_inside()
    {
        var (_, body) = await AskAsync(checks => checks.AddCheck<Throwing>("storage", tags: ["ready"]));

        body.ToJsonString().ShouldNotContain("secret-host");
    }

    [Fact]
    public async Task A_check_that_never_ends_is_given_up()
    {
        var (status, body) = await AskAsync(checks => checks
            .AddCheck("PostgreSql", new Hanging(), failureStatus: null, tags: [], timeout: TimeSpan.FromMilliseconds(50))
            .AddCheck("queue", () => HealthCheckResult.Healthy(), ["ready"]));

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        body["checks"]!["database"]!["status"]!.GetValue<string>().ShouldBe("unready");
        body["checks"]!["queue"]!["status"]!.GetValue<string>().ShouldBe("ready");
    }

    [Fact]
    public async Task Readiness_is_kept_for_a_few_seconds_and_then_looked_at_again()
    {
        var looks = 0;
        FakeTimeProvider time = new();
        await using var app =
            await StartAsync(checks => checks.AddCheck("queue", () => { Interlocked.Increment(ref looks); return HealthCheckResult.Healthy(); }, ["ready"]),
                time);
        using var client = app.GetTestClient();

        await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct);
        await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct);
        looks.ShouldBe(1);

        time.Advance(TimeSpan.FromSeconds(4));
        await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct);
        looks.ShouldBe(2);
    }

    [Fact]
    public async Task Live_answers_whatever_the_dependencies_do()
    {
        await using var app = await StartAsync(checks => checks.AddCheck<Failing>("PostgreSql"), TimeProvider.System);
        using var client = app.GetTestClient();

        using var response = await client.GetAsync(new Uri("/health/live", UriKind.Relative), Ct);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<(HttpStatusCode Status, JsonObject Body)> AskAsync(Action<IHealthChecksBuilder> checks)
    {
        await using var app = await StartAsync(checks, TimeProvider.System);
        using var client = app.GetTestClient();
        using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!.AsObject());
    }

    private static async Task<WebApplication> StartAsync(Action<IHealthChecksBuilder> checks, TimeProvider time)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Services.AddSingleton(time);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.WebHost.UseTestServer();
        checks(builder.Services.AddHealthChecks());
        var app = builder.Build();
        app.MapDefaultEndpoints();
        await app.StartAsync(Ct);
        return app;
    }

    private sealed class Failing : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, "It does not answer."));
    }

    private sealed class Hanging : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            new TaskCompletionSource<HealthCheckResult>().Task;
    }

    private sealed class Throwing : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            throw new IOException("cannot connect to secret-host");
    }
}
