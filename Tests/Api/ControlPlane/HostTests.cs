using System.Net.Http.Headers;
using System.Text;
using ImageService.Core.Facts;
using ImageService.Core.Dialects;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

/// <summary>Host names of one's own and the old names of assets on them.</summary>
[Trait("Level", "Integration")]
public sealed class HostTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Hosts = "/tenants/site/spaces/open/hosts";
    private const string Aliases = "/tenants/site/spaces/open/aliases";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_local_name_is_served_at_once_and_its_keys_are_never_shown()
    {
        var home = await api.NewHomeAsync();
        var name = NewName();
        var keys = new[] { new { key = "736563726574", salt = "68656c6c6f" } };
        var made = await home.Owner.PostAsync(home.Root + Hosts, new { hostname = name.ToUpperInvariant(), dialect = "imgproxy", keys, lenient = true })
            .OkAsync(201);

        (made.Text("hostname"), made.Text("dialect"), (bool)made["hasKeys"]!, (bool)made["lenient"]!,
            (bool)made["allowUnsigned"]!).ShouldBe((name, "imgproxy", true, true, false));
        made["verifiedAt"].ShouldNotBeNull();
        made["challenge"].ShouldBeNull();
        made.ToJsonString().ShouldNotContain("736563");
        (await home.Owner.GetAsync(home.Root + Hosts).OkAsync()).Items().Count.ShouldBe(1);
        var changed = await home.Owner.PatchAsync($"{home.Root}{Hosts}/{name}", new { allowUnsigned = true, keys = Array.Empty<object>() }).OkAsync();
        ((bool)changed["allowUnsigned"]!, (bool)changed["hasKeys"]!).ShouldBe((true, false));
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=host.created").OkAsync()).Items()[0]!.ToJsonString().ShouldNotContain("736563");

        (await api.Services.GetRequiredService<HostDirectory>().FindAsync(name, StaleFacts.Refuse, Ct)).ShouldNotBeNull().SpaceSlug.ShouldBe("open");
        await home.Owner.DeleteAsync($"{home.Root}{Hosts}/{name}").OkAsync(204);
        (await api.Services.GetRequiredService<HostDirectory>().FindAsync(name, StaleFacts.Refuse, Ct)).ShouldBeNull();
        await home.Owner.GetAsync($"{home.Root}{Hosts}/{name}").ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_name_belongs_to_one_space_once_it_is_proved()
    {
        var (home, other) = (await api.NewHomeAsync(), await api.NewHomeAsync());
        var name = NewName();
        await home.Owner.PostAsync(home.Root + Hosts, new { hostname = name, dialect = "next" }).OkAsync(201);
        await home.Owner.PostAsync(home.Root + Hosts, new { hostname = name, dialect = "next" }).ProblemAsync(409, "conflict");
        await other.Owner.PostAsync(other.Root + Hosts, new { hostname = name, dialect = "next" }).ProblemAsync(409, "conflict");

        // Claims that nobody proved keep nobody out.
        foreach (var one in (ApiHome[])[home, other])
        {
            var claim = await one.Owner.PostAsync(one.Root + Hosts, new { hostname = $"images.{name}.invalid", dialect = "next" }).OkAsync(201);
            claim["verifiedAt"].ShouldBeNull();
            claim["challenge"]!["dnsRecord"]!.GetValue<string>().ShouldBe($"_imageservice.images.{name}.invalid");
            claim["challenge"]!["value"]!.GetValue<string>().Length.ShouldBeGreaterThan(30);
        }

        (await api.Services.GetRequiredService<HostDirectory>().FindAsync($"images.{name}.invalid", StaleFacts.Refuse, Ct)).ShouldBeNull();
    }

    [Theory]
    [InlineData("localhost", "next")]
    [InlineData("10.0.0.1", "next")]
    [InlineData("a_b.example.com", "next")]
    [InlineData("images.example.com:80", "next")]
    [InlineData("images.example.com.", "next")]
    [InlineData("", "next")]
    [InlineData(null, "next")]
    [InlineData("images.example.com", "nonsense")]
    [InlineData("images.example.com", null)]
    public async Task What_is_no_name_or_no_dialect_is_refused(string? hostname, string? dialect)
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync(home.Root + Hosts, new { hostname, dialect }).ProblemAsync(400, "invalid_request");
    }

    [Theory]
    [InlineData("imgproxy", """[{"key": "zz", "salt": "00"}]""")]
    [InlineData("imgproxy", """["hunter2"]""")]
    [InlineData("thumbor", """[{"key": "hunter2", "salt": "00"}]""")]
    [InlineData("cloudinary", """[{"secret": "s", "length": 32}]""")]
    [InlineData("next", """["hunter2"]""")]
    [InlineData("imgix", """[""]""")]
    public async Task Keys_of_another_shape_are_refused_without_being_repeated(string dialect, string keys)
    {
        var home = await api.NewHomeAsync();
        var body = new StringContent($$"""{"hostname": "{{NewName()}}", "dialect": "{{dialect}}", "keys": {{keys}}}""", Encoding.UTF8, "application/json");
        (await home.Owner.PostAsync(home.Root + Hosts, body).ProblemAsync(400, "invalid_request")).Text("detail").ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Old_names_come_one_by_one_or_as_a_list_and_the_list_again_changes_nothing()
    {
        var home = await api.NewHomeAsync();
        var (first, second) = (await UploadAsync(home, "open"), await UploadAsync(home, "open"));
        var elsewhere = await UploadAsync(home, "closed");
        var name = NewName();
        var one = await home.Owner.PostAsync(home.Root + Aliases, new { hostname = name, path = "/photos/a b.jpg", asset = first }).OkAsync(201);
        (one.Text("path"), one.Text("asset")).ShouldBe(("photos/a b.jpg", first));
        await home.Owner.PostAsync(home.Root + Aliases, new { hostname = name, path = "x", asset = elsewhere }).ProblemAsync(404, "not_found");
        await home.Owner.PostAsync(home.Root + Aliases, new { hostname = name, path = "", asset = first }).ProblemAsync(400, "invalid_request");

        var list =
            $"path,asset,hostname\r\n\"photos/a b.jpg\",{second},{name}\r\n\"with \"\"quotes\"\", and comma\",{first},{name}\r\n\r\nbad,nonsense,{name}\r\ngone,{elsewhere},{name}\r\n";
        for (var i = 0; i < 2; i++)
        {
            var told = await home.Owner.PostAsync(home.Root + Aliases, new StringContent(list, Encoding.UTF8, "text/csv")).OkAsync();
            ((int)told["written"]!, (int)told["refusedCount"]!).ShouldBe((2, 2));
            told["refused"]!.AsArray().Select(row => (int)row!["line"]!).ShouldBe([5, 6]);
        }

        var items = (await home.Owner.GetAsync($"{home.Root}{Aliases}?hostname={name}").OkAsync()).Items();
        items.Select(item => ((string)item!["path"]!, (string)item["asset"]!))
            .Order().ShouldBe([("photos/a b.jpg", second), ("with \"quotes\", and comma", first)]);
        await home.Owner.DeleteAsync($"{home.Root}{Aliases}?hostname={name}&path={Uri.EscapeDataString("photos/a b.jpg")}").OkAsync(204);
        await home.Owner.DeleteAsync(
            $"{home.Root}{Aliases}/{(string)items.Single(item => ((string)item!["path"]!).StartsWith("with", StringComparison.Ordinal))!["id"]!}").OkAsync(204);
        (await home.Owner.GetAsync($"{home.Root}{Aliases}?hostname={name}").OkAsync()).Items().ShouldBeEmpty();
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=aliases.written").OkAsync()).Items().Count.ShouldBe(3);
        await home.Owner.PostAsync(home.Root + Aliases, new StringContent("a,b\r\n1,2", Encoding.UTF8, "text/csv")).ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task The_explainer_reads_old_urls()
    {
        var home = await api.NewHomeAsync();
        var id = await UploadAsync(home, "open");
        var name = NewName();
        await home.Owner.PostAsync(home.Root + Hosts, new { hostname = name, dialect = "thumbor", allowUnsigned = true, lenient = true }).OkAsync(201);
        await home.Owner.PostAsync(home.Root + Aliases, new { hostname = name, path = "a.png", asset = id }).OkAsync(201);

        var explained = await home.Owner.PostAsync("/v1/explain", new { url = $"https://{name}/unsafe/16x/filters:noise(40):no_upscale():grayscale()/a.png" })
            .OkAsync();
        explained["place"]!["asset"]!.GetValue<string>().ShouldBe(id);
        explained.Text("canonical").ShouldBe("fmt_png-w_16-bw");
        explained["dropped"]!.AsArray().Select(item => (string)item!["operation"]!).ShouldBe(["noise", "no_upscale", "q_80"]);
        await (await api.NewHomeAsync()).Owner.PostAsync("/v1/explain", new { url = $"https://{name}/unsafe/16x/a.png" }).ProblemAsync(404, "not_found");
    }

    private static string NewName() => $"h{Guid.CreateVersion7():n}.localhost";

    private static async Task<string> UploadAsync(ApiHome home, string space)
    {
        var file = new ByteArrayContent(IngestionFixture.Png(Random.Shared.Next()));
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { new StringContent("site"), "tenant" }, { new StringContent(space), "space" },
            { file, "file", "a.png" } };
        return (await home.Owner.SendAsync(HttpMethod.Post, "/v1/assets", form).OkAsync(201)).Text("id");
    }
}
