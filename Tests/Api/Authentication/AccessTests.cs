using System.Net;
using ImageService.Api.Authentication;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Authentication;

[Trait("Level", "Integration")]
public sealed class AccessTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public void Every_route_says_who_may_come()
    {
        foreach (var endpoint in api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var states = endpoint.Metadata.GetMetadata<AccessRequirement>() is not null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            states.ShouldBeTrue(endpoint.DisplayName);
        }
    }

    [Fact]
    public void What_is_open_to_anybody_is_a_short_list()
    {
        var open = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint =>
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
                    && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is not ["OPTIONS"])
            .Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(pattern => pattern.TrimStart('/').StartsWith("v1/", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal);
        open.Where(pattern => !pattern.Contains("/pub/", StringComparison.Ordinal) && !pattern.Contains("/priv/", StringComparison.Ordinal))
            .Select(pattern => pattern.TrimEnd('/')).ShouldBeSubsetOf(
        [
            "/v1/sessions", "/v1/sessions/oidc", "/v1/sessions/oidc/callback", "/v1/password-resets", "/v1/password-resets/complete",
            "/v1/invitations/show", "/v1/invitations/accept", "/v1/organizations/{org}/sign-in", "/v1/uploads/{id:guid}/content",
        ]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("imgsvc_nobody.nothing")]
    [InlineData("imgsvc_aaaaaaaaaaaaaaaa.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA00000000")]
    public async Task A_wrong_key_is_401(string key)
    {
        var home = await api.NewHomeAsync();
        using var answer = await api.Anonymous().GetAsync(home.Root, ("X-API-Key", key));
        answer.Headers.WwwAuthenticate.ShouldNotBeEmpty();
        await Task.FromResult(answer).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_key_with_one_letter_changed_or_sent_twice_is_401()
    {
        var home = await api.NewHomeAsync();
        var changed = home.Key[..^1] + (home.Key[^1] == '0' ? '1' : '0');
        await api.WithKey(changed).GetAsync(home.Root).ProblemAsync(401, "unauthenticated");
        await home.Owner.GetAsync(home.Root, ("X-API-Key", home.Key)).ProblemAsync(401, "unauthenticated");
        await api.Anonymous().GetAsync(home.Root, ("Authorization", "Bearer " + home.Key)).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_person_of_several_organizations_names_one()
    {
        var home = await api.NewHomeAsync();
        var other = await api.NewHomeAsync();
        var person = await home.PersonAsync("admin");
        var invited = await other.Owner.PostAsync($"{other.Root}/members", new { email = person.Email, role = "viewer" }).OkAsync(201);
        await person.Client.PostAsync("/v1/invitations/accept", new { token = invited.Text("invitationUrl").Split("token=")[1] }).OkAsync(204);
        object body = new { url = $"/v1/priv/{home.Slug}/site/closed/img/01ARZ3NDEKTSV4RRFFQ69G5FAV/v1/w_1.jpg" };

        (await person.Client.PostAsync("/v1/sign", body).ProblemAsync(400, "invalid_request")).Text("detail").ShouldContain("X-Organization");
        await person.Client.PostAsync("/v1/sign", body, ("X-Organization", home.Slug)).OkAsync();
        await person.Client.PostAsync("/v1/sign", body, ("X-Organization", other.Slug)).ProblemAsync(403, "insufficient_scope");
        await person.Client.PostAsync("/v1/sign", body, ("X-Organization", "nobody")).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Unknown_routes_and_methods_are_problems_too()
    {
        await api.Anonymous().GetAsync("/v1/nothing").ProblemAsync(404, "not_found");
        await api.Anonymous().PutAsync("/v1/sessions", new { }).ProblemAsync(405, "method_not_allowed");
    }

    [Fact]
    public async Task Answers_carry_headers_that_let_a_browser_do_nothing_and_no_cors()
    {
        using var answer = await api.Anonymous().GetAsync("/v1/nothing", ("Origin", "https://evil.example"));
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        answer.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task Forwarded_headers_of_strangers_are_not_believed()
    {
        var home = await api.NewHomeAsync();
        var signed = await home.Owner.PostAsync(
            "/v1/sign", new { url = $"/v1/priv/{home.Slug}/site/closed/img/01ARZ3NDEKTSV4RRFFQ69G5FAV/v1/w_1.jpg" }, ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "https"));
        (await Task.FromResult(signed).OkAsync()).Text("url").ShouldStartWith("http://localhost/");
    }

    [Fact]
    public async Task A_too_large_body_is_413()
    {
        var home = await api.NewHomeAsync();
        using var body = new StringContent("{\"slug\":\"" + new string('x', 2 * 1024 * 1024) + "\"}", System.Text.Encoding.UTF8, "application/json");
        using var answer = await home.Owner.PostAsync($"{home.Root}/tenants", body);
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest);
    }
}
