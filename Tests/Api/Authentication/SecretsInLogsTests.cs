using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Authentication;

/// <summary>Handles every kind of secret with all logging on, and looks for each of them in what was logged.</summary>
[Trait("Level", "Integration")]
public sealed class SecretsInLogsTests(SecretsInLogsTests.LoudApi api) : IClassFixture<SecretsInLogsTests.LoudApi>
{
    [Fact]
    public async Task No_secret_is_ever_logged()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("owner");
        var session = await api.Anonymous().PostAsync("/v1/sessions", new { email = person.Email, password = ApiPerson.Password }).OkAsync(201);
        await api.Anonymous().PostAsync("/v1/sessions", new { email = person.Email, password = "planted-wrong-password" }).ProblemAsync(401, "unauthenticated");
        var key = await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "K", scopes = (string[])["image:read"] }, ("Idempotency-Key", "k"))
            .OkAsync(201);
        var signing = await home.Owner.PostAsync($"{home.Root}/tenants/site/signing-keys/rotate").OkAsync(201);
        var webhook = await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = "https://93.184.216.34/hook", events = (string[])["asset.uploaded"] })
            .OkAsync(201);
        var totp = await person.Client.PostAsync("/v1/me/totp").OkAsync();
        var signed = await home.Owner.PostAsync("/v1/sign", new { url = $"/v1/priv/{home.Slug}/site/closed/img/01ARZ3NDEKTSV4RRFFQ69G5FAV/v1/w_1.jpg" })
            .OkAsync();
        var signature = signed.Text("url").Split("sig=")[1].Split('&')[0];
        using (await api.Anonymous().GetAsync(new Uri(signed.Text("url")).PathAndQuery))
        using (await api.Anonymous().GetAsync(home.Root, ("X-API-Key", "planted-wrong-key")))
        using (await api.Anonymous().PostAsync("/v1/password-resets/complete", new { token = "imr_planted-token", password = "planted-new-password" }))
        using (await home.Owner.PutAsync(
            $"{home.Root}/identity-provider", new { authority = "https://93.184.216.34", clientId = "c", clientSecret = "planted-client-secret" }))
        {
        }

        string[] secrets =
        [
            home.Key, home.Key[^40..], ApiPerson.Password, session.Text("token"), key.Text("key"), signing.Text("secret"), webhook.Text("secret"),
            totp.Text("secret"), signature,
            ApiFactory.PlatformKey, "planted-wrong-password", "planted-wrong-key", "planted-token", "planted-new-password", "planted-client-secret",
        ];
        api.Logs.Lines.Count.ShouldBeGreaterThan(50, "logging is on");
        foreach (var secret in secrets)
            api.Logs.Lines.FirstOrDefault(line => line.Contains(secret, StringComparison.Ordinal)).ShouldBeNull();
    }

    /// <summary>An Api that logs what an operator who looks for a fault would let it log.</summary>
    public sealed class LoudApi(PostgresServer postgres, RedisServer redis) : ApiFactory(postgres, redis)
    {
        protected override Dictionary<string, string> Settings => new(StringComparer.Ordinal)
        {
            ["Logging:LogLevel:Default"] = "Debug",
            ["Logging:LogLevel:ImageService"] = "Trace",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Information",
            ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Information",
        };
    }
}
