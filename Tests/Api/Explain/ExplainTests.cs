using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ImageService.Core.Registry;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Explain;

/// <summary>A URL's meaning, told without making anything.</summary>
[Trait("Level", "Integration")]
public sealed class ExplainTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_public_url_tells_its_canonical_form_and_why_each_operation_changed()
    {
        var home = await api.NewHomeAsync();
        var id = await UploadAsync(home, "open");
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "small", operations = "w_20-bw" }).OkAsync(201);
        var explained =
            await ExplainAsync(home, $"/v1/pub/{home.Slug}/site/open/img/{id}/v1/preset_small-fmt_auto-g_center-sharpen_0.png", accept: "image/webp");
        explained["place"]!["asset"]!.GetValue<string>().ShouldBe(id);
        explained["preset"]!["operations"]!.GetValue<string>().ShouldBe("w_20-bw");
        var canonical = explained.Text("canonical");
        canonical.ShouldContain("w_20");
        canonical.ShouldContain("bw");
        explained.Text("format").ShouldBe("webp");
        ((int)explained["width"]!).ShouldBe(20);
        explained.Text("layer").ShouldBe("miss");
        explained["dropped"]!.AsArray().Select(item => (string)item!["operation"]!).ShouldBe(["preset_small", "fmt_auto", "g_center", "sharpen_0"]);
        explained["signature"]!["verdict"]!.GetValue<string>().ShouldBe("not_needed");
        explained["refusal"].ShouldBeNull();

        ((double)explained["lookupMs"]!).ShouldBeGreaterThan(0);
        explained["transformCpuMs"].ShouldBeNull();

        // Nothing was made; once it is asked for, it has a layer, and what making it took is told.
        (await home.Owner.GetAsync($"/v1/assets/{id}/variants").OkAsync()).Items().ShouldBeEmpty();
        var file = $"/v1/pub/{home.Slug}/site/open/img/{id}/v1/w_20.png";
        (await api.Anonymous().GetAsync(file)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var made = await ExplainAsync(home, file);
        made.Text("layer").ShouldBe("memory");
        await using var db = api.Services.GetRequiredService<RegistryFactory>().ForOrganization(home.Id);
        ((int)made["transformCpuMs"]!).ShouldBe(await db.Variants.Select(static row => row.ProcessingTimeMs).SingleAsync(Ct));
    }

    [Fact]
    public async Task What_is_left_to_the_service_is_told_with_its_reason()
    {
        var home = await api.NewHomeAsync();
        var id = await UploadAsync(home, "open");
        var path = $"/v1/pub/{home.Slug}/site/open/img/{id}/v1";
        async Task<string> WhyAsync(string file) => (string)(await ExplainAsync(home, $"{path}/{file}"))["dropped"]!.AsArray()[0]!["reason"]!;
        (await WhyAsync("q_eco.jpg")).ShouldBe("becomes 58: by the default of jpg, as this picture was not measured in it");
        (await WhyAsync("w_auto-q_60.jpg")).ShouldBe("does nothing: no client hints say a width");

        // As the worker notes it.
        await using (var db = api.Services.GetRequiredService<RegistryFactory>().ForOrganization(home.Id))
            await db.AssetVersions.ExecuteUpdateAsync(row => row.SetProperty(it => it.MeasuredEncodings, """{"jpg":{"q":70,"bytes":1000}}"""), Ct);
        await Probe.UntilAsync(async () => await WhyAsync("q_auto.jpg") == "becomes 70: this picture needs 70 as jpg", "what was measured is known");
        (await WhyAsync("q_eco.jpg")).ShouldBe("becomes 50: this picture needs 70 as jpg, less a step");
    }

    [Fact]
    public async Task A_policy_that_refuses_is_named_with_the_level_it_is_set_at()
    {
        var home = await api.NewHomeAsync();
        var id = await UploadAsync(home, "open");
        await home.Owner.PutAsync($"{home.Root}/tenants/site/policies/max_output_width", new { value = 10 }).OkAsync();
        var explained = await ExplainAsync(home, $"/v1/pub/{home.Slug}/site/open/img/{id}/v1/w_20.png");
        explained["refusal"]!["code"]!.GetValue<string>().ShouldBe("policy_forbids");
        var policy = explained["policies"]!.AsArray().Single(item => (string)item!["key"]! == "max_output_width")!;
        ((string)policy["verdict"]!, (string)policy["level"]!, (int)policy["value"]!).ShouldBe(("refuses", "tenant", 10));
        explained["canonical"].ShouldBeNull();
    }

    [Fact]
    public async Task A_signature_is_judged_and_the_end_of_a_good_one_told()
    {
        var home = await api.NewHomeAsync();
        var id = await UploadAsync(home, "closed");
        var path = $"/v1/priv/{home.Slug}/site/closed/img/{id}/v1/w_20.png";
        (await ExplainAsync(home, path))["signature"]!["verdict"]!.GetValue<string>().ShouldBe("missing");
        var signed = (await home.Owner.PostAsync("/v1/sign", new { url = path }).OkAsync()).Text("url");
        var good = await ExplainAsync(home, signed);
        (good["signature"]!["verdict"]!.GetValue<string>(), good["refusal"]).ShouldBe(("valid", null));
        good["signature"]!["expiresAt"].ShouldNotBeNull();
        (await ExplainAsync(home, signed.Replace("w_20", "w_21", StringComparison.Ordinal)))["signature"]!["verdict"]!.GetValue<string>().ShouldBe("invalid");
    }

    [Fact]
    public async Task What_is_another_organizations_is_not_there_and_what_cannot_be_read_is_told_at_its_place()
    {
        var home = await api.NewHomeAsync();
        var other = await api.NewHomeAsync();
        var id = await UploadAsync(home, "open");
        await other.Owner.PostAsync("/v1/explain", new { url = $"/v1/pub/{home.Slug}/site/open/img/{id}/v1/w_20.png" }).ProblemAsync(404, "not_found");
        (await home.Owner.PostAsync("/v1/explain", new { url = $"/v1/pub/{home.Slug}/site/open/img/{id}/v1/w_20-wrong_1.png" })
            .ProblemAsync(400, "invalid_operations")).Text("detail").ShouldContain("wrong");
        await home.Owner.PostAsync("/v1/explain", new { url = "https://example.com/" }).ProblemAsync(400, "invalid_request");
        var blind = await home.KeyAsync(["usage:read"]);
        await blind.PostAsync("/v1/explain", new { url = $"/v1/pub/{home.Slug}/site/open/img/{id}/v1/w_20.png" }).ProblemAsync(403, "insufficient_scope");
    }

    [Fact]
    public async Task Readers_look_at_private_images_many_at_a_time_without_the_right_to_sign()
    {
        var home = await api.NewHomeAsync();
        var id = await UploadAsync(home, "closed");
        var viewer = await home.PersonAsync("viewer");
        var path = $"/v1/priv/{home.Slug}/site/closed/img/{id}/v1/w_20.png";
        await viewer.Client.PostAsync("/v1/sign", new { url = path }).ProblemAsync(403, "insufficient_scope");
        var items = (await viewer.Client.PostAsync("/v1/views", new { urls = new[] { path, "nonsense" } }).OkAsync()).Items();
        var url = (string)items[0]!["url"]!;
        using var image = await api.Anonymous().GetAsync(new Uri(url).PathAndQuery);
        ((int)image.StatusCode).ShouldBe(200);
        ((string?)items[1]!["url"], (string)items[1]!["code"]!).ShouldBe((null, "invalid_request"));

        var elsewhere = await home.PersonAsync("viewer", "site", "open");
        ((string)(await elsewhere.Client.PostAsync("/v1/views", new { urls = new[] { path } }).OkAsync()).Items()[0]!["code"]!).ShouldBe("not_found");
        await viewer.Client.PostAsync("/v1/views", new { urls = Array.Empty<string>() }).ProblemAsync(400, "invalid_request");
    }

    private static async Task<JsonObject> ExplainAsync(ApiHome home, string url, string? accept = null) =>
        await home.Owner.PostAsync("/v1/explain", new { url, accept }).OkAsync();

    private static async Task<string> UploadAsync(ApiHome home, string space)
    {
        var file = new ByteArrayContent(IngestionFixture.Png(Random.Shared.Next(1000)));
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { new StringContent("site"), "tenant" }, { new StringContent(space), "space" },
            { file, "file", "a.png" } };
        return (await home.Owner.SendAsync(HttpMethod.Post, "/v1/assets", form).OkAsync(201)).Text("id");
    }
}
