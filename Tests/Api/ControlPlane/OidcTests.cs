using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class OidcTests(OidcTests.ApiWithProvider api) : IClassFixture<OidcTests.ApiWithProvider>
{
    [Fact]
    public async Task A_person_the_provider_vouches_for_comes_in_with_the_default_role()
    {
        var home =
            await HomeWithProviderAsync(
                new
                {
                    authority = api.Provider.Authority, clientId = "client", clientSecret = "client-secret", defaultRole = "editor",
                    allowedDomains = (string[])["example.com"]
                });
        var email = NewEmail();
        var session = await SignInAsync(home, email);
        var me = await api.WithSession(session).GetAsync("/v1/me").OkAsync();
        me.Text("email").ShouldBe(email);
        ((string?)me["memberships"]![0]!["role"]).ShouldBe("editor");
        me["hasPassword"]!.GetValue<bool>().ShouldBeFalse();
        (await api.WithSession(await SignInAsync(home, email)).GetAsync("/v1/me").OkAsync()).Text("id").ShouldBe(me.Text("id"));
        (await home.Owner.GetAsync($"{home.Root}/identity-provider").OkAsync()).ToJsonString().ShouldNotContain("client-secret");
    }

    [Fact]
    public async Task Who_was_not_invited_is_refused_where_there_is_no_default_role()
    {
        var home = await HomeWithProviderAsync(new { authority = api.Provider.Authority, clientId = "client", clientSecret = "client-secret" });
        var email = NewEmail();
        (await RefusedAsync(home, email)).ShouldContain("invited");
        await home.Owner.PostAsync($"{home.Root}/members", new { email, role = "viewer" }).OkAsync(201);
        await api.WithSession(await SignInAsync(home, email)).GetAsync(home.Root).OkAsync();
    }

    [Fact]
    public async Task A_provider_does_not_reach_accounts_that_never_accepted_its_organization()
    {
        var home =
            await HomeWithProviderAsync(
                new { authority = api.Provider.Authority, clientId = "client", clientSecret = "client-secret", defaultRole = "viewer" });
        var other = await api.NewHomeAsync();
        var victim = await other.PersonAsync("owner");
        await home.Owner.PostAsync($"{home.Root}/members", new { email = victim.Email, role = "viewer" }).OkAsync(201);
        (await RefusedAsync(home, victim.Email)).ShouldContain("password of its own");
    }

    [Fact]
    public async Task A_session_by_a_provider_reaches_its_organization_only_and_not_the_account()
    {
        var home = await HomeWithProviderAsync(new { authority = api.Provider.Authority, clientId = "client", clientSecret = "client-secret" });
        var other = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        var invitation = await other.Owner.PostAsync($"{other.Root}/members", new { email = person.Email, role = "owner" }).OkAsync(201);
        await person.Client.PostAsync("/v1/invitations/accept", new { token = invitation.Text("invitationUrl").Split("token=")[1] }).OkAsync(204);
        ((await person.Client.GetAsync("/v1/me").OkAsync())["memberships"]!.AsArray().Count).ShouldBe(2);

        var session = api.WithSession(await SignInAsync(home, person.Email));
        var me = await session.GetAsync("/v1/me").OkAsync();
        ((string?)me["memberships"]!.AsArray().ShouldHaveSingleItem()!["organization"]).ShouldBe(home.Slug);
        await session.GetAsync(home.Root).OkAsync();
        await session.GetAsync(other.Root).ProblemAsync(404, "not_found");
        await session.GetAsync("/v1/sessions").ProblemAsync(403, "forbidden");
        await session.PostAsync("/v1/me/totp", new { }).ProblemAsync(403, "forbidden");
        await session.PutAsync("/v1/me/password", new { present = "x", password = "a new password 1" }).ProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task An_account_made_by_one_provider_keeps_nobody_out_of_another_organization()
    {
        var provider = new { authority = api.Provider.Authority, clientId = "client", clientSecret = "client-secret", defaultRole = "viewer" };
        var (first, second) = (await HomeWithProviderAsync(provider), await HomeWithProviderAsync(provider));
        var email = NewEmail();
        await SignInAsync(first, email);
        var me = await api.WithSession(await SignInAsync(second, email)).GetAsync("/v1/me").OkAsync();
        ((string?)me["memberships"]!.AsArray().ShouldHaveSingleItem()!["organization"]).ShouldBe(second.Slug);
    }

    [Fact]
    public async Task Another_domain_an_unverified_address_and_a_wrong_nonce_are_refused()
    {
        var home =
            await HomeWithProviderAsync(
                new
                {
                    authority = api.Provider.Authority, clientId = "client", clientSecret = "client-secret", defaultRole = "viewer",
                    allowedDomains = (string[])["example.com"]
                });
        (await RefusedAsync(home, "eve@evil.example")).ShouldContain("domain");
        (await RefusedAsync(home, NewEmail(), verified: false)).ShouldContain("e-mail");
        (await RefusedAsync(home, NewEmail(), nonce: "another")).ShouldContain("another sign-in");
    }

    [Fact]
    public async Task The_way_back_works_only_in_the_browser_that_began_and_a_ticket_only_once()
    {
        var home =
            await HomeWithProviderAsync(
                new { authority = api.Provider.Authority, clientId = "client", clientSecret = "client-secret", defaultRole = "viewer" });
        var (location, cookie) = await BeginAsync(home);
        var callback = api.Provider.Approve(location, NewEmail(), verified: true, nonce: null);
        await api.Anonymous().GetAsync(callback).ProblemAsync(401, "unauthenticated");
        await api.Anonymous().GetAsync(callback, ("Cookie", cookie + "x")).ProblemAsync(401, "unauthenticated");
        using var back = await api.Anonymous().GetAsync(callback, ("Cookie", cookie));
        back.StatusCode.ShouldBe(HttpStatusCode.Found);
        var ticket = back.Headers.Location!.ToString().Split("ticket=")[1];
        await api.Anonymous().PostAsync("/v1/sessions/oidc", new { ticket }).OkAsync(201);
        await api.Anonymous().PostAsync("/v1/sessions/oidc", new { ticket }).ProblemAsync(400, "invalid_request");
        api.Logs.Lines.ShouldNotContain(line => line.Contains(ticket, StringComparison.Ordinal), "a ticket in a log is a session for a minute");
    }

    [Fact]
    public async Task An_organization_without_a_provider_and_no_organization_look_the_same()
    {
        var home = await api.NewHomeAsync();
        var without = await api.Anonymous().GetAsync($"{home.Root}/sign-in").ProblemAsync(404, "not_found");
        var nobody = await api.Anonymous().GetAsync("/v1/organizations/nobody/sign-in").ProblemAsync(404, "not_found");
        without.Text("detail").ShouldBe(nobody.Text("detail"));
    }

    [Fact]
    public async Task Only_owners_decide_who_vouches_and_nobody_by_a_private_address()
    {
        var home = await api.NewHomeAsync();
        object body = new { authority = api.Provider.Authority, clientId = "c", clientSecret = "s" };
        await (await home.PersonAsync("admin")).Client.PutAsync($"{home.Root}/identity-provider", body).ProblemAsync(403, "forbidden");
        await home.Owner.PutAsync($"{home.Root}/identity-provider", new { authority = "http://127.0.0.1:1", clientId = "c", clientSecret = "s" })
            .ProblemAsync(422, "fetch_refused");
        await home.Owner.PutAsync($"{home.Root}/identity-provider",
            new { authority = api.Provider.Authority, clientId = "c", clientSecret = "s", defaultRole = "owner" }).ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync($"{home.Root}/identity-provider").ProblemAsync(404, "not_found");
        await home.Owner.PutAsync($"{home.Root}/identity-provider", body).OkAsync();
        await home.Owner.DeleteAsync($"{home.Root}/identity-provider").OkAsync(204);
    }

    private static string NewEmail() => $"p{Guid.CreateVersion7():n}@example.com";

    private async Task<ApiHome> HomeWithProviderAsync(object provider)
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PutAsync($"{home.Root}/identity-provider", provider).OkAsync();
        return home;
    }

    private async Task<(Uri Location, string Cookie)> BeginAsync(ApiHome home)
    {
        using var begun = await api.Anonymous().GetAsync($"{home.Root}/sign-in");
        begun.StatusCode.ShouldBe(HttpStatusCode.Found, await begun.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var cookie = begun.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("httponly");
        return (begun.Headers.Location!, cookie.Split(';')[0]);
    }

    private async Task<string> SignInAsync(ApiHome home, string email)
    {
        var (location, cookie) = await BeginAsync(home);
        using var back = await api.Anonymous().GetAsync(api.Provider.Approve(location, email, verified: true, nonce: null), ("Cookie", cookie));
        back.StatusCode.ShouldBe(HttpStatusCode.Found, await back.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await api.Anonymous()
            .PostAsync("/v1/sessions/oidc", new { ticket = back.Headers.Location!.ToString().Split("ticket=")[1] }).OkAsync(201)).Text("token");
    }

    private async Task<string> RefusedAsync(ApiHome home, string email, bool verified = true, string? nonce = null)
    {
        var (location, cookie) = await BeginAsync(home);
        return (await api.Anonymous()
            .GetAsync(api.Provider.Approve(location, email, verified, nonce), ("Cookie", cookie)).ProblemAsync(401, "unauthenticated")).Text("detail");
    }

    /// <summary>An Api that may reach the provider of the test.</summary>
    public sealed class ApiWithProvider(PostgresServer postgres, RedisServer redis) : ApiFactory(postgres, redis)
    {
        public FakeProvider Provider { get; } = new();

        protected override Dictionary<string, string> Settings =>
            new(StringComparer.Ordinal) { ["Ingestion:TrustedFetchHosts:0"] = new Uri(Provider.Authority).Authority };

        public override async ValueTask InitializeAsync()
        {
            await Provider.StartAsync();
            await base.InitializeAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Provider.DisposeAsync();
        }
    }

    /// <summary>
    /// An OpenID Connect provider on a port of its own, which approves what the test says and checks what a real one checks: secret, code, verifier.
    /// </summary>
    public sealed class FakeProvider : IAsyncDisposable
    {
        private readonly Dictionary<string, (string Challenge, string RedirectUri, Claim[] Claims)> _codes = new(StringComparer.Ordinal);
        private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "key-1" };
        private WebApplication? _app;

        public string Authority => _app!.Urls.Single();

        public async Task StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            _app = builder.Build();
            _app.MapGet("/.well-known/openid-configuration", () => new
            {
                issuer = Authority, authorization_endpoint = Authority + "/authorize", token_endpoint = Authority + "/token", jwks_uri = Authority + "/keys",
            });
            _app.MapGet("/keys", () =>
            {
                var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.Rsa.ExportParameters(false)) { KeyId = _key.KeyId });
                return new { keys = new[] { new { kty = key.Kty, kid = key.Kid, n = key.N, e = key.E, use = "sig", alg = "RS256" } } };
            });
            _app.MapPost("/token", async (HttpRequest request) =>
            {
                var form = await request.ReadFormAsync();
                if (form["client_secret"] != "client-secret" || !_codes.Remove(form["code"].ToString(), out var code)
                    || code.RedirectUri != form["redirect_uri"]
                    || WebEncoders.Base64UrlEncode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != code.Challenge)
                    return Results.BadRequest(new { error = "invalid_grant" });
                var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
                {
                    Issuer = Authority,
                    Audience = "client",
                    Subject = new ClaimsIdentity(code.Claims),
                    Expires = DateTime.UtcNow.AddMinutes(5),
                    SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
                });
                return Results.Ok(new JsonObject { ["id_token"] = token, ["access_token"] = "x", ["token_type"] = "Bearer" });
            });
            await _app.StartAsync();
        }

        /// <summary>What the person does at the provider; returns the way back.</summary>
        public string Approve(Uri location, string email, bool verified, string? nonce)
        {
            var query = QueryHelpers.ParseQuery(location.Query);
            query["code_challenge_method"].ToString().ShouldBe("S256");
            var code = Guid.CreateVersion7().ToString("n");
            _codes[code] = (query["code_challenge"].ToString(), query["redirect_uri"].ToString(),
            [
                new("sub", email), new("email", email), new("email_verified", verified ? "true" : "false", ClaimValueTypes.Boolean),
                new("nonce", nonce ?? query["nonce"].ToString()),
            ]);
            return QueryHelpers.AddQueryString(new Uri(query["redirect_uri"].ToString()).AbsolutePath,
                new Dictionary<string, string?>(StringComparer.Ordinal) { ["code"] = code, ["state"] = query["state"].ToString() });
        }

        public async ValueTask DisposeAsync()
        {
            if (_app is not null)
                await _app.DisposeAsync();
            _key.Rsa.Dispose();
        }
    }
}
