using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class IdempotencyTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task A_repeated_creation_gives_the_first_answer_and_a_key_shown_once_is_kept_encrypted()
    {
        var home = await api.NewHomeAsync();
        var body = new { name = "Once", scopes = (string[])["image:read"] };
        var first = await home.Owner.PostAsync($"{home.Root}/api-keys", body, ("Idempotency-Key", "k-1")).OkAsync(201);
        using var again = await home.Owner.PostAsync($"{home.Root}/api-keys", body, ("Idempotency-Key", "k-1"));

        again.Headers.GetValues("Idempotency-Replayed").Single().ShouldBe("true");
        again.Headers.Location.ShouldNotBeNull();
        (await Task.FromResult(again).OkAsync(201)).Text("key").ShouldBe(first.Text("key"));
        (await api.AsOwnerAsync($"SELECT count(*) FROM api_keys WHERE organization_id = '{home.Id}' AND name = 'Once'")).ShouldBe(1L);
        (await api.AsOwnerAsync("SELECT count(*) FROM idempotency_keys WHERE position('imgsvc' in encode(protected_body, 'escape')) > 0")).ShouldBe(0L);
    }

    [Fact]
    public async Task The_same_key_with_another_body_or_of_another_caller_is_told_apart()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "a", name = "A" }, ("Idempotency-Key", "k")).OkAsync(201);
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "b", name = "B" }, ("Idempotency-Key", "k"))
            .ProblemAsync(409, "idempotency_key_reused");
        var other = await home.KeyAsync(["tenant:write"]);
        await other.PostAsync($"{home.Root}/tenants", new { slug = "c", name = "C" }, ("Idempotency-Key", "k")).OkAsync(201);
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "d", name = "D" }, ("Idempotency-Key", "two words"))
            .ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task Of_parallel_requests_with_one_key_one_creates_and_none_creates_twice()
    {
        var home = await api.NewHomeAsync();
        var body = new { name = "Parallel", scopes = (string[])["image:read"] };
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => home.Owner.PostAsync($"{home.Root}/api-keys", body, ("Idempotency-Key", "p"))));

        answers.ShouldAllBe(answer => (int)answer.StatusCode == 201 || (int)answer.StatusCode == 409);
        answers.ShouldContain(answer => (int)answer.StatusCode == 201);
        (await api.AsOwnerAsync($"SELECT count(*) FROM api_keys WHERE organization_id = '{home.Id}' AND name = 'Parallel'")).ShouldBe(1L);
    }

    [Fact]
    public async Task The_operators_creations_take_a_key_too()
    {
        var body = new { slug = $"t{Guid.CreateVersion7():n}", name = "Once" };
        var platform = api.WithKey(ApiFactory.PlatformKey);
        var key = Guid.CreateVersion7().ToString();
        var first = await platform.PostAsync("/v1/organizations", body, ("Idempotency-Key", key)).OkAsync(201);
        (await platform.PostAsync("/v1/organizations", body, ("Idempotency-Key", key)).OkAsync(201)).ToJsonString().ShouldBe(first.ToJsonString());
    }

    [Fact]
    public async Task A_key_does_not_lift_the_upload_limit_first_or_again()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PutAsync($"{home.Root}/policies/max_upload_bytes", new { value = 100_000 }).OkAsync();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var file = new CountedStream(64L << 20);
            using var form = new MultipartFormDataContent { { new StringContent("site"), "tenant" }, { new StringContent("open"), "space" },
                { new StreamContent(file), "file", "large.png" } };
            await home.Owner.PostAsync("/v1/assets", form, ("Idempotency-Key", "large")).ProblemAsync(413, "payload_too_large");
            file.Taken.ShouldBeLessThan(1 << 20, $"attempt {attempt + 1}");
        }

        var bytes = Core.Ingestion.IngestionFixture.Png(77);
        await home.Owner.PostAsync("/v1/assets", Uploads.Sending.Form(bytes, "open"), ("Idempotency-Key", "small")).OkAsync(201);
        using (var again = await home.Owner.PostAsync("/v1/assets", Uploads.Sending.Form(bytes, "open"), ("Idempotency-Key", "small")))
            ((int)again.StatusCode, again.Headers.GetValues("Idempotency-Replayed").Single()).ShouldBe((201, "true"));
        var other = new CountedStream(64L << 20);
        using var larger = new MultipartFormDataContent { { new StringContent("site"), "tenant" }, { new StringContent("open"), "space" },
            { new StreamContent(other), "file", "large.png" } };
        await home.Owner.PostAsync("/v1/assets", larger, ("Idempotency-Key", "small")).ProblemAsync(409, "idempotency_key_reused");
        other.Taken.ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public async Task A_refusal_is_repeated_like_any_answer()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "site", name = "A" }, ("Idempotency-Key", "r")).ProblemAsync(409, "slug_taken");
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "site", name = "A" }, ("Idempotency-Key", "r")).ProblemAsync(409, "slug_taken");
    }

    [Fact]
    public async Task A_request_that_died_with_its_process_holds_its_key_for_half_a_minute()
    {
        var home = await api.NewHomeAsync();
        var body = new { slug = "again", name = "Again" };
        await home.Owner.PostAsync($"{home.Root}/tenants", body, ("Idempotency-Key", "died")).OkAsync(201);
        await home.Owner.DeleteAsync($"{home.Root}/tenants/again").OkAsync(204);
        await api.AsOwnerAsync(
            $"UPDATE idempotency_keys SET status_code = NULL, created_at = now() - interval '25 seconds' WHERE organization_id = '{home.Id}'");
        await home.Owner.PostAsync($"{home.Root}/tenants", body, ("Idempotency-Key", "died")).ProblemAsync(409, "conflict");
        await api.AsOwnerAsync($"UPDATE idempotency_keys SET created_at = now() - interval '31 seconds' WHERE organization_id = '{home.Id}'");
        await home.Owner.PostAsync($"{home.Root}/tenants", body, ("Idempotency-Key", "died")).OkAsync(201);
    }

    [Fact]
    public async Task Parallel_writes_without_if_match_all_succeed()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "p", operations = "w_1" }).OkAsync(201);
        await home.Owner.PutAsync($"{home.Root}/policies/quality_default", new { value = 80 }).OkAsync();
        var hook =
            (await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = "https://93.184.216.34/", events = (string[])["asset.uploaded"] })
                .OkAsync(201)).Text("id");
        await Task.WhenAll(Enumerable.Range(0, 6).SelectMany(i => (Task[])
        [
            home.Owner.PatchAsync($"{home.Root}/tenants/site/spaces/open", new { name = $"N{i}" }).OkAsync(),
            home.Owner.PutAsync($"{home.Root}/presets/p", new { operations = $"w_{i + 2}" }).OkAsync(),
            home.Owner.PutAsync($"{home.Root}/policies/quality_default", new { value = 50 + i }).OkAsync(),
            home.Owner.PatchAsync($"{home.Root}/webhooks/{hook}", new { url = $"https://93.184.216.34/{i}" }).OkAsync(),
        ]));
        ((int)(await home.Owner.GetAsync($"{home.Root}/presets/p").OkAsync())["revision"]!).ShouldBe(7);
    }

    [Fact]
    public async Task Parallel_writes_with_one_if_match_succeed_once()
    {
        var home = await api.NewHomeAsync();
        var tag = (await home.Owner.GetAsync($"{home.Root}/tenants/site")).Headers.ETag!.ToString();
        var answers =
            await Task.WhenAll(Enumerable.Range(0, 16)
                .Select(i => home.Owner.PatchAsync($"{home.Root}/tenants/site", new { name = $"N{i}" }, ("If-Match", tag))));
        answers.Count(answer => (int)answer.StatusCode == 200).ShouldBe(1);
        answers.Count(answer => (int)answer.StatusCode == 412).ShouldBe(15);
    }

    [Fact]
    public async Task Of_parallel_creations_of_one_slug_one_succeeds()
    {
        var home = await api.NewHomeAsync();
        var answers =
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "race", name = "Race" })));
        answers.Count(answer => (int)answer.StatusCode == 201).ShouldBe(1);
        answers.Count(answer => (int)answer.StatusCode == 409).ShouldBe(15);
    }
}
