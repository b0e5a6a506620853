using System.Net;
using System.Text.RegularExpressions;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>Two hosts of the portal with one folder of keys: a browser that is led from one to the other, because one of them went, notices nothing.</summary>
[Trait("Level", "Integration")]
public sealed class ReplicasTests : IAsyncLifetime
{
    private const string Token = "ims_the-session-token";
    private static readonly Uri Home = new("http://localhost/");

    private readonly PrivateFolder _folder = new("portal-keys");
    private readonly CookieContainer _jar = new();
    private PortalFactory _one = null!;
    private PortalFactory _other = null!;
    private bool _hasEnded;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var keys = _folder.Next();
        _one = new PortalFactory { KeyDirectory = keys, Answer = Answer };
        _other = new PortalFactory { KeyDirectory = keys, Answer = Answer };
        await _one.InitializeAsync();
        await _other.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Who_signed_in_at_one_is_signed_in_at_the_other_and_signing_out_there_ends_it_at_both()
    {
        using var one = _one.Browser(_jar);
        using var other = _other.Browser(_jar);

        // The form is of one, and sent to the other: its token against forgery and the ticket of its second step hold there.
        var form = await one.GetStringAsync("/sign-in", Ct);
        using var first = await PostAsync(other, "/sign-in", form, ("Form.Email", "a@b.example"), ("Form.Password", "secret"));
        var second = await first.Content.ReadAsStringAsync(Ct);
        second.ShouldContain("One more step");
        using var done = await PostAsync(one, "/sign-in", second, ("Form.SecondStep", Field(second, "Form.SecondStep")), ("Form.Code", "123456"));
        done.StatusCode.ShouldBe(HttpStatusCode.Redirect);

        (await LendAsync(other)).ShouldBe(HttpStatusCode.OK);
        _other.Calls.Last().Headers["Authorization"].ShouldBe($"Bearer {Token}");
        var copied = new CookieContainer();
        copied.Add(_jar.GetCookies(Home));

        var page = await one.GetStringAsync("/password-reset", Ct);
        using var ended = await other.PostAsync(
            "/sign-out", new FormUrlEncodedContent([new("__RequestVerificationToken", Field(page, "__RequestVerificationToken"))]), Ct);
        ended.Headers.Location!.OriginalString.ShouldEndWith("/sign-in?signedOut=true");
        (await LendAsync(one)).ShouldBe(HttpStatusCode.Redirect, "the browser's cookie is gone");
        using var thief = _one.Browser(copied);
        (await LendAsync(thief)).ShouldBe(HttpStatusCode.Unauthorized, "no replica remembers a session that has ended");
    }

    [Fact]
    public async Task With_keys_of_its_own_a_host_takes_nobody_elses_cookie()
    {
        await using var stranger = new PortalFactory { KeyDirectory = _folder.Next(), Answer = Answer };
        await stranger.InitializeAsync();
        using var one = _one.Browser(_jar);
        var form = await one.GetStringAsync("/sign-in", Ct);
        using var first = await PostAsync(one, "/sign-in", form, ("Form.Email", "a@b.example"), ("Form.Password", "secret"));
        var second = await first.Content.ReadAsStringAsync(Ct);
        using var done = await PostAsync(one, "/sign-in", second, ("Form.SecondStep", Field(second, "Form.SecondStep")), ("Form.Code", "123456"));
        (await LendAsync(one)).ShouldBe(HttpStatusCode.OK);
        using var elsewhere = stranger.Browser(_jar);
        (await LendAsync(elsewhere)).ShouldBe(HttpStatusCode.Redirect);
    }

    /// <summary>What only a session gets.</summary>
    private static async Task<HttpStatusCode> LendAsync(HttpClient browser)
    {
        using var answer = await browser.PostAsync("/o/acme/website/marketing/upload-ticket", null, Ct);
        return answer.StatusCode;
    }

    private (int, string)? Answer(ApiCall call)
    {
        switch (call.Line)
        {
            case "POST /v1/sessions":
                return call.Body.Contains("123456", StringComparison.Ordinal)
                    ? (201, $$"""{"token":"{{Token}}","expiresAt":"2099-01-01T00:00:00Z"}""") : (401, """{"status":401,"totpRequired":true}""");
            case "GET /v1/me":
                return (200, """{"id":"01970000-0000-7000-8000-000000000000","email":"a@b.example","name":"A","totpEnabled":true,"memberships":[]}""");
            case "DELETE /v1/sessions/current":
                _hasEnded = true;
                return (204, "");
            case "POST /v1/uploads/tickets":
                return _hasEnded ? (401, """{"status":401,"code":"unauthenticated"}""")
                    : (201, """{"ticket":"imu_x","expiresAt":"2099-01-01T00:00:00Z","maxUploadBytes":50}""");
            default:
                return null;
        }
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient browser, string path, string html, params (string Name, string Value)[] fields)
    {
        List<KeyValuePair<string, string>> form =
            [new("_handler", Field(html, "_handler")), new("__RequestVerificationToken", Field(html, "__RequestVerificationToken"))];
        form.AddRange(fields.Select(static field => new KeyValuePair<string, string>(field.Name, field.Value)));
        return browser.PostAsync(path, new FormUrlEncodedContent(form), Ct);
    }

    private static string Field(string html, string name) => WebUtility.HtmlDecode(
        Regex.Match(html, $"name=\"{Regex.Escape(name)}\"[^>]*value=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(5)).Groups[1].Value);
}
