using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

[Trait("Level", "Integration")]
public sealed partial class SignInTests : IAsyncLifetime
{
    private const string Token = "ims_the-session-token";
    private const string Invitation = """{"organization":"Acme","email":"a@b.example","role":"viewer","expiresAt":"2099-01-01T00:00:00Z","hasAccount":false}""";
    private readonly PortalFactory _portal = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _portal.InitializeAsync();

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Fact]
    public async Task Nobody_sees_a_page_without_signing_in_and_comes_back_to_it_afterwards()
    {
        _portal.Answer = SignsIn;
        using var browser = _portal.Browser();
        using var refused = await browser.GetAsync("/o/acme/website/marketing?tag=red", Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var signIn = refused.Headers.Location!.PathAndQuery();
        signIn.ShouldStartWith("/sign-in?returnUrl=");
        using var done = await PostAsync(browser, signIn, ("Form.Email", "a@b.example"), ("Form.Password", "secret"));
        done.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        done.Headers.Location!.PathAndQuery().ShouldBe("/o/acme/website/marketing?tag=red");
    }

    [Fact]
    public async Task The_token_is_kept_where_scripts_and_eyes_cannot_reach_it()
    {
        _portal.Answer = SignsIn;
        using var browser = _portal.Browser();
        using var done = await PostAsync(browser, "/sign-in", ("Form.Email", "a@b.example"), ("Form.Password", "secret"));
        var cookie = done.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("imageservice.portal=", StringComparison.Ordinal));
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=lax", Case.Insensitive);
        cookie.ShouldNotContain(Token);
        (await browser.GetStringAsync("/", Ct)).ShouldNotContain(Token);
    }

    [Fact]
    public async Task The_way_back_from_an_organizations_provider_signs_in_on_a_click_and_never_by_a_link_alone()
    {
        _portal.Answer =
            call => call.Line == "POST /v1/sessions/oidc" ? (201, $$"""{"token":"{{Token}}","expiresAt":"2099-01-01T00:00:00Z"}""") : SignsIn(call);
        using var browser = _portal.Browser();
        using var page = await browser.GetAsync("/sign-in/oidc?ticket=imt_x", Ct);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        _portal.Calls.ShouldBeEmpty();
        using var done = await PostAsync(browser, "/sign-in/oidc?ticket=imt_x");
        done.Headers.Location!.PathAndQuery().ShouldBe("/");
        _portal.Calls.First().Line.ShouldBe("POST /v1/sessions/oidc");
        done.Headers.GetValues("Set-Cookie").ShouldContain(cookie => cookie.StartsWith("imageservice.portal=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("acme", true)]
    [InlineData("unknown", false)]
    [InlineData("acme/../x", false)]
    [InlineData("\"><script>", false)]
    public async Task The_sign_in_page_leads_to_an_organizations_provider(string organization, bool leads)
    {
        _portal.Answer = call => call.Line == "GET /v1/organizations/acme/sign-in" ? (302, "") : null;
        using var browser = _portal.Browser();
        (await browser.GetStringAsync("/sign-in", Ct)).ShouldContain("href=\"/sign-in/organization\"");
        var html = await browser.GetStringAsync("/sign-in/organization?organization=" + Uri.EscapeDataString(organization), Ct);
        html.Contains("/v1/organizations/acme/sign-in\"", StringComparison.Ordinal).ShouldBe(leads);
        html.Contains("role=\"alert\"", StringComparison.Ordinal).ShouldBe(!leads);
        html.ShouldNotContain("<script>\"");
    }

    [Fact]
    public async Task A_refused_sign_in_says_so_and_keeps_the_address_but_not_the_password()
    {
        _portal.Answer = _ => (401, """{"title":"Unauthorized","status":401,"detail":"The password is wrong.","code":"unauthenticated"}""");
        using var browser = _portal.Browser();
        using var refused = await PostAsync(browser, "/sign-in", ("Form.Email", "a@b.example"), ("Form.Password", "hunter2-secret"));
        var html = await refused.Content.ReadAsStringAsync(Ct);
        html.ShouldContain("The password is wrong.");
        html.ShouldContain("a@b.example");
        html.ShouldNotContain("hunter2-secret");
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_without_the_password_being_typed_or_shown_again()
    {
        _portal.Answer = call => call.Line == "POST /v1/sessions" && JsonNode.Parse(call.Body)?["totp"] is null
            ? (401, """{"status":401,"detail":"Send the code.","totpRequired":true}""")
            : SignsIn(call);
        using var browser = _portal.Browser();
        using var first = await PostAsync(browser, "/sign-in", ("Form.Email", "a@b.example"), ("Form.Password", "hunter2-secret"));
        var html = await first.Content.ReadAsStringAsync(Ct);
        html.ShouldContain("One more step");
        html.ShouldNotContain("hunter2-secret");
        var ticket = Field(html, "Form.SecondStep");
        using var second = await PostAsync(browser, "/sign-in", ("Form.SecondStep", ticket), ("Form.Code", "123456"));
        second.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var sent = JsonNode.Parse(_portal.Calls.Last(call => call.Line == "POST /v1/sessions").Body)!;
        ((string?)sent["email"], (string?)sent["password"], (string?)sent["totp"]).ShouldBe(("a@b.example", "hunter2-secret", "123456"));
        using var forged = await PostAsync(_portal.Browser(), "/sign-in", ("Form.SecondStep", ticket[..^4] + "AAAA"), ("Form.Code", "123456"));
        (await forged.Content.ReadAsStringAsync(Ct)).ShouldContain("Sign in again");
    }

    [Fact]
    public async Task A_form_sent_from_elsewhere_is_refused()
    {
        _portal.Answer = SignsIn;
        using var browser = _portal.Browser();
        using var form = new FormUrlEncodedContent([new("_handler", "sign-in"), new("Form.Email", "a@b.example"), new("Form.Password", "secret")]);
        using var refused = await browser.PostAsync("/sign-in", form, Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _portal.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Signing_out_ends_the_session_at_the_service_too()
    {
        _portal.Answer = call => call.Line == "DELETE /v1/sessions/current" ? (204, "") : SignsIn(call);
        using var browser = await SignedInAsync();
        using var elsewhere = await browser.PostAsync("/sign-out", new FormUrlEncodedContent([]), Ct);
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var done =
            await browser.PostAsync("/sign-out", new FormUrlEncodedContent([new("__RequestVerificationToken", await VerificationAsync(browser))]), Ct);
        done.Headers.Location!.PathAndQuery().ShouldBe("/sign-in?signedOut=true");
        _portal.Calls.Last().Headers["Authorization"].ShouldBe($"Bearer {Token}");
        using var after = await browser.GetAsync("/", Ct);
        after.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_browser_is_lent_an_upload_ticket_and_never_the_session()
    {
        _portal.Answer =
            call =>
                call.Line == "POST /v1/uploads/tickets"
                    ? (201, """{"ticket":"imu_x","expiresAt":"2099-01-01T00:00:00Z","maxUploadBytes":50}""") : SignsIn(call);
        using var stranger = _portal.Browser();
        using var refused = await stranger.PostAsync("/o/acme/website/marketing/upload-ticket", null, Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.Redirect);

        using var browser = await SignedInAsync();
        using var answer = await browser.PostAsync("/o/acme/website/marketing/upload-ticket", null, Ct);
        var access = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        ((string)access["ticket"]!, (long)access["maxUploadBytes"]!).ShouldBe(("imu_x", 50));
        ((string)access["endpoint"]!).ShouldEndWith("/v1/uploads");
        access.ToJsonString().ShouldNotContain(Token);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var call = _portal.Calls.Last();
        (call.Headers["Authorization"], call.Headers["X-Organization"],
            call.Body).ShouldBe(($"Bearer {Token}", "acme", """{"tenant":"website","space":"marketing"}"""));
    }

    [Fact]
    public async Task Why_there_is_no_ticket_reaches_the_browser()
    {
        _portal.Answer =
            call =>
                call.Line == "POST /v1/uploads/tickets"
                    ? (403, """{"title":"Forbidden","status":403,"detail":"This needs the scope image:write here.","code":"insufficient_scope"}""")
                    : SignsIn(call);
        using var browser = await SignedInAsync();
        using var refused = await browser.PostAsync("/o/acme/website/marketing/upload-ticket", null, Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync(Ct))!;
        ((string)problem["code"]!, (string)problem["detail"]!).ShouldBe(("insufficient_scope", "This needs the scope image:write here."));
    }

    [Theory]
    [InlineData("/sign-in", HttpStatusCode.OK)]
    [InlineData("/o/acme/website/marketing", HttpStatusCode.OK)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task HEAD_of_a_page_answers_as_GET_without_its_body(string path, HttpStatusCode status)
    {
        _portal.Answer = SignsIn;
        using var browser = await SignedInAsync();
        if (path == "/sign-in") path += "?expired=true";
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await browser.SendAsync(request, Ct);
        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsByteArrayAsync(Ct)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/not-found")]
    [InlineData("/app.css")]
    public async Task Every_answer_keeps_other_sites_out(string path)
    {
        using var browser = _portal.Browser();
        using var answer = await browser.GetAsync(path, Ct);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldMatch("script-src 'self'( 'sha256-[^ ]+')?;");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
    }

    [Fact]
    public async Task A_nonsense_invitation_shows_no_form_and_a_good_one_says_to_what()
    {
        _portal.Answer = call => call.Line != "POST /v1/invitations/show" ? null
            : call.Body.Contains("good", StringComparison.Ordinal) ? (200, Invitation)
            : (400, """{"status":400,"detail":"The link is wrong."}""");
        using var browser = _portal.Browser();
        var nonsense = await browser.GetStringAsync("/invitation?token=nonsense", Ct);
        nonsense.ShouldContain("The link is wrong.");
        nonsense.ShouldNotContain("<form");
        var good = await browser.GetStringAsync("/invitation?token=good", Ct);
        good.ShouldContain("<strong>Acme</strong> as viewer");
        good.ShouldContain("Form.Password");
    }

    [Fact]
    public async Task Pages_name_no_other_host()
    {
        _portal.Answer = SignsIn;
        using var browser = await SignedInAsync();
        foreach (var path in new[] { "/sign-in?expired=true", "/", "/error", "/nowhere", "/password-reset", "/invitation?token=x" })
        {
            var html = await (await browser.GetAsync(path, Ct)).Content.ReadAsStringAsync(Ct);
            Link().Matches(html).Select(match => match.Value).Where(link => !link.Contains("w3.org", StringComparison.Ordinal)).ShouldBeEmpty(path);
        }
    }

    private static (int, string)? SignsIn(ApiCall call) => call.Line switch
    {
        "POST /v1/sessions" => (201, $$"""{"token":"{{Token}}","expiresAt":"2099-01-01T00:00:00Z"}"""),
        "GET /v1/me" => (200, """{"id":"01970000-0000-7000-8000-000000000000","email":"a@b.example","name":"A","totpEnabled":false,"memberships":[]}"""),
        _ => null,
    };

    private async Task<HttpClient> SignedInAsync()
    {
        var browser = _portal.Browser();
        using var done = await PostAsync(browser, "/sign-in", ("Form.Email", "a@b.example"), ("Form.Password", "secret"));
        done.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return browser;
    }

    /// <summary>Any page of the signed-in person carries a token for forms.</summary>
    private static async Task<string> VerificationAsync(HttpClient browser) =>
        Field(await browser.GetStringAsync("/password-reset", Ct), "__RequestVerificationToken");

    private static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string path, params (string Name, string Value)[] fields)
    {
        var html = await browser.GetStringAsync(path, Ct);
        List<KeyValuePair<string, string>> form = [new("_handler", Field(html, "_handler")),
            new("__RequestVerificationToken", Field(html, "__RequestVerificationToken"))];
        form.AddRange(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value)));
        return await browser.PostAsync(path, new FormUrlEncodedContent(form), Ct);
    }

    private static string Field(string html, string name) =>
        WebUtility.HtmlDecode(
            Regex.Match(html, $"name=\"{Regex.Escape(name)}\"[^>]*value=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(5)).Groups[1].Value);

    [GeneratedRegex("https?://(?!localhost|127\\.0\\.0\\.1)[^\"' )]+", RegexOptions.None, 1000)]
    private static partial Regex Link();
}

internal static class LocationText
{
    public static string PathAndQuery(this Uri location) => location.IsAbsoluteUri ? location.PathAndQuery : location.OriginalString;
}
