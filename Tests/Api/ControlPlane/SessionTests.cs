using ImageService.Tests.Support;
using OtpNet;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class SessionTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task A_person_signs_in_lists_sessions_and_ends_them()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("owner");
        var session = await SignInAsync(person.Email).OkAsync(201);
        var client = api.WithSession(session.Text("token"));

        var listed = (await client.GetAsync("/v1/sessions").OkAsync()).Items();
        listed.Count.ShouldBe(2);
        listed.Count(item => (bool)item!["current"]!).ShouldBe(1);
        var other = (string)listed.Single(item => !(bool)item!["current"]!)!["id"]!;
        await client.DeleteAsync($"/v1/sessions/{other}").OkAsync(204);
        await person.Client.GetAsync("/v1/me").ProblemAsync(401, "unauthenticated");
        await client.DeleteAsync("/v1/sessions/current").OkAsync(204);
        await client.GetAsync("/v1/me").ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_account_get_the_same_answer()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        var wrong = await SignInAsync(person.Email, "not the password").ProblemAsync(401, "unauthenticated");
        var unknown = await SignInAsync("nobody@example.com").ProblemAsync(401, "unauthenticated");
        wrong.Remove("traceId");
        unknown.Remove("traceId");
        wrong.ToJsonString().ShouldBe(unknown.ToJsonString());
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_even_for_the_right_one()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SignInAsync(person.Email, "not the password").ProblemAsync(401, "unauthenticated")));
        await SignInAsync(person.Email).ProblemAsync(401, "unauthenticated");

        await api.AsOwnerAsync($"UPDATE users SET locked_until = now() - interval '1 second' WHERE email = '{person.Email}'");
        await SignInAsync(person.Email).OkAsync(201);
        (await api.AsOwnerAsync($"SELECT failed_sign_ins FROM users WHERE email = '{person.Email}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_works_once_per_code_and_recovery_codes_stand_in()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("owner");
        var secret = (await person.Client.PostAsync("/v1/me/totp").OkAsync()).Text("secret");
        await person.Client.PostAsync("/v1/me/totp/confirm", new { secret, code = "000000" }).ProblemAsync(400, "invalid_request");
        var used = Code(secret);
        var codes = (await person.Client.PostAsync("/v1/me/totp/confirm", new { secret, code = used }).OkAsync())["recoveryCodes"]!.AsArray();
        codes.Count.ShouldBe(10);

        ((bool)(await SignInAsync(person.Email).ProblemAsync(401, "unauthenticated"))["totpRequired"]!).ShouldBeTrue();
        (await SignInAsync(person.Email, "not the password").ProblemAsync(401, "unauthenticated")).ContainsKey("totpRequired").ShouldBeFalse();
        await SignInAsync(person.Email, totp: used).ProblemAsync(401, "unauthenticated");
        await SignInAsync(person.Email, totp: Code(secret, steps: 1)).OkAsync(201);
        await SignInAsync(person.Email, totp: (string)codes[0]!).OkAsync(201);
        await SignInAsync(person.Email, totp: (string)codes[0]!).ProblemAsync(401, "unauthenticated");

        await person.Client.PostAsync("/v1/me/totp/remove", new { password = "not the password" }).ProblemAsync(403, "forbidden");
        await person.Client.PostAsync("/v1/me/totp/remove", new { password = ApiPerson.Password }).OkAsync(204);
        await SignInAsync(person.Email).OkAsync(201);
    }

    [Fact]
    public async Task A_second_factor_is_not_replaced_without_the_password()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        var secret = (await person.Client.PostAsync("/v1/me/totp").OkAsync()).Text("secret");
        await person.Client.PostAsync("/v1/me/totp/confirm", new { secret, code = Code(secret) }).OkAsync();
        var thiefs = (await person.Client.PostAsync("/v1/me/totp").OkAsync()).Text("secret");
        await person.Client.PostAsync("/v1/me/totp/confirm", new { secret = thiefs, code = Code(thiefs) }).ProblemAsync(409, "conflict");
        await SignInAsync(person.Email, totp: Code(secret, steps: 1)).OkAsync(201);
    }

    [Fact]
    public async Task Two_invitations_of_a_new_address_accepted_at_once_make_one_account()
    {
        var (here, there) = (await api.NewHomeAsync(), await api.NewHomeAsync());
        var email = $"p{Guid.CreateVersion7():n}@example.com";
        List<string> tokens = [];
        foreach (var home in (ApiHome[])[here, there])
            tokens.Add((await home.Owner.PostAsync($"{home.Root}/members", new { email, role = "viewer" }).OkAsync(201)).Text("invitationUrl")
                .Split("token=")[1]);
        var answers =
            await Task.WhenAll(tokens.Select(token => api.Anonymous().PostAsync("/v1/invitations/accept", new { token, password = ApiPerson.Password })));
        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([201, 401]);
    }

    [Fact]
    public async Task A_refusal_takes_as_long_for_nobody_as_for_somebody()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        foreach (var email in (string[])[person.Email, "nobody@example.com"])
        {
            var began = TimeProvider.System.GetTimestamp();
            await SignInAsync(email, "not the password").ProblemAsync(401, "unauthenticated");
            TimeProvider.System.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(490));
        }
    }

    [Fact]
    public async Task A_recovery_code_sent_twice_at_once_signs_in_once()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("owner");
        var secret = (await person.Client.PostAsync("/v1/me/totp").OkAsync()).Text("secret");
        var codes = (await person.Client.PostAsync("/v1/me/totp/confirm", new { secret, code = Code(secret) }).OkAsync())["recoveryCodes"]!.AsArray();
        var code = (string)codes[0]!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SignInAsync(person.Email, totp: code)));
        answers.Count(answer => (int)answer.StatusCode == 201).ShouldBe(1);
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        var other = api.WithSession((await SignInAsync(person.Email).OkAsync(201)).Text("token"));
        await person.Client.PutAsync("/v1/me/password", new { present = "not it", password = "an entirely new one" }).ProblemAsync(403, "forbidden");
        await person.Client.PutAsync("/v1/me/password", new { present = ApiPerson.Password, password = "short" }).ProblemAsync(400, "invalid_request");
        await person.Client.PutAsync("/v1/me/password", new { present = ApiPerson.Password, password = "an entirely new one" }).OkAsync(204);
        await other.GetAsync("/v1/me").ProblemAsync(401, "unauthenticated");
        await person.Client.GetAsync("/v1/me").OkAsync();
        await SignInAsync(person.Email).ProblemAsync(401, "unauthenticated");
        await SignInAsync(person.Email, "an entirely new one").OkAsync(201);
    }

    [Fact]
    public async Task Only_hashes_of_tokens_and_passwords_are_kept()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        var token = (await SignInAsync(person.Email).OkAsync(201)).Text("token");
        (await api.AsOwnerAsync($"SELECT password_hash FROM users WHERE email = '{person.Email}'")).ShouldBeOfType<string>()
            .ShouldStartWith("AQAAAAIAA1tg", customMessage: "format 3 of ASP.NET Core Identity: PBKDF2 with SHA-512, 220,000 rounds");
        (await api.AsOwnerAsync($"SELECT count(*) FROM user_sessions s WHERE s::text LIKE '%{token[4..]}%'")).ShouldBe(0L);
    }

    [Fact]
    public async Task Without_mail_a_reset_says_so_and_a_made_up_token_is_refused()
    {
        await api.Anonymous().PostAsync("/v1/password-resets", new { email = "nobody@example.com" }).ProblemAsync(409, "conflict");
        await api.Anonymous()
            .PostAsync("/v1/password-resets/complete", new { token = "imr_" + new string('x', 43), password = "an entirely new one" })
            .ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task An_idle_session_ends()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        await person.Client.GetAsync("/v1/me").OkAsync();
        await api.AsOwnerAsync(
            $"UPDATE user_sessions SET last_seen_at = now() - interval '13 hours' WHERE user_id = (SELECT id FROM users WHERE email = '{person.Email}')");
        await person.Client.GetAsync("/v1/me").ProblemAsync(401, "unauthenticated");
    }

    private Task<HttpResponseMessage> SignInAsync(string email, string password = ApiPerson.Password, string? totp = null) =>
        api.Anonymous().PostAsync("/v1/sessions", new { email, password, totp });

    private static string Code(string secret, int steps = 0) => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(DateTime.UtcNow.AddSeconds(30 * steps));
}
