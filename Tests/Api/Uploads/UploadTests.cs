using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImageService.Tests.Core.Engine;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Uploads;

[Trait("Level", "Integration")]
public sealed class UploadTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_tells_everything_the_contract_names()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "card", name = "Card", operations = "w_20-fmt_webp" }).OkAsync(201);
        var bytes = IngestionFixture.Png(1, 50, 40);
        var asset = await home.Owner.UploadAsync(bytes, "open", ("folder", "products/"), ("tags", "red, summer,red"), ("filename", "sho\u00e9s.png"));
        asset.Text("id").ShouldMatch("^[0-9A-HJKMNP-TV-Z]{26}$");
        ((int)asset["version"]!, asset.Text("tenant"), asset.Text("space"), asset.Text("folder"), asset.Text("access"), asset.Text("filename"),
            asset.Text("format"))
            .ShouldBe((1, "site", "open", "/products", "public", "sho\u00e9s.png", "png"));
        asset["tags"]!.AsArray().Select(tag => (string)tag!).ShouldBe(["red", "summer"]);
        ((int)asset["width"]!, (int)asset["height"]!, (bool)asset["hasAlpha"]!, (int)asset["frames"]!, (long)asset["sizeBytes"]!, (bool)asset["deduplicated"]!)
            .ShouldBe((50, 40, false, 1, bytes.Length, false));
        asset.Text("contentHash").ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        asset.Text("uploadedAt").ShouldEndWith("+00:00");
        var root = $"/v1/pub/{home.Slug}/site/open/img/{asset.Text("id")}/v1/";
        new Uri(asset["urls"]!["original"]!.GetValue<string>()).AbsolutePath.ShouldBe(root + "original.png");
        new Uri(asset["urls"]!["presets"]!["card"]!.GetValue<string>()).AbsolutePath.ShouldBe(root + "preset_card.webp");
    }

    [Fact]
    public async Task Content_credentials_are_told_and_kept_only_where_originals_are_delivered_exactly()
    {
        var home = await api.NewHomeAsync();
        var file = CredentialedFiles.Jpeg(Drawings.Jpeg(64, 48), CredentialedFiles.Store());
        var asset = await home.Owner.UploadAsync(file);
        Told(asset).ShouldBe("""{"present":true,"place":"app11_segment","sizeBytes":700,"delivered":false}""");
        Told(await home.Owner.UploadAsync(IngestionFixture.Png(30))).ShouldBe("""{"present":false,"place":null,"sizeBytes":null,"delivered":false}""");
        var path = new Uri(asset["urls"]!["original"]!.GetValue<string>()).AbsolutePath;
        var (stripped, removed) = await ImageAsync(path);
        (removed, stripped.AsSpan().IndexOf("jumd"u8)).ShouldBe(("removed", -1));

        await home.Owner.PutAsync($"{home.Root}/tenants/site/spaces/open/policies/original_delivery", new { value = "exact" }).OkAsync();

        var (exact, kept) = await ImageAsync(path);
        (kept, exact.SequenceEqual(file)).ShouldBe(("kept", true));
        (await ImageAsync(path.Replace("original", "w_20", StringComparison.Ordinal))).Credentials.ShouldBe("removed");
        (await ImageAsync(path.Replace("original.jpg", "original.webp", StringComparison.Ordinal))).Credentials.ShouldBe("removed");
        var now = await home.Owner.GetAsync($"/v1/assets/{asset.Text("id")}").OkAsync();
        ((bool)now["contentCredentials"]!["delivered"]!).ShouldBeTrue();

        // As before this was looked for.
        await api.AsOwnerAsync($"UPDATE asset_versions SET has_content_credentials = NULL WHERE content_hash = '{asset.Text("contentHash")}'");
        (await home.Owner.GetAsync($"/v1/assets/{asset.Text("id")}").OkAsync())["contentCredentials"].ShouldBeNull();

        static string Told(JsonObject asset) => asset["contentCredentials"]!.ToJsonString();

        async Task<(byte[] Bytes, string? Credentials)> ImageAsync(string path)
        {
            using var response = await api.Anonymous().GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            return (await response.Content.ReadAsByteArrayAsync(Ct),
                response.Headers.TryGetValues("X-Content-Credentials", out var values) ? values.Single() : null);
        }
    }

    [Fact]
    public async Task Fields_count_wherever_they_stand()
    {
        var home = await api.NewHomeAsync();
        var asset =
            await home.Owner.PostAsync("/v1/assets",
                Sending.Form(IngestionFixture.Png(2), fileFirst: true, "a.png", ("tenant", "site"), ("space", "closed"), ("folder", "/late"))).OkAsync(201);
        (asset.Text("space"), asset.Text("folder"), asset.Text("access")).ShouldBe(("closed", "/late", "private"));
        new Uri(asset["urls"]!["original"]!.GetValue<string>()).AbsolutePath.ShouldStartWith("/v1/priv/");
    }

    [Theory]
    [InlineData("a\\\"b.png", "a\"b.png")]
    [InlineData("C:\\holiday\\beach.png", "beach.png")]
    [InlineData("50%.png", "50%.png")]
    public async Task Quoted_pairs_in_a_filename_are_undone(string sent, string filename)
    {
        var home = await api.NewHomeAsync();
        var file = new ByteArrayContent(IngestionFixture.Png(1));
        file.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename=\"{sent}\"");
        using var sending = new MultipartFormDataContent { { new StringContent("site"), "tenant" }, { new StringContent("open"), "space" } };
        sending.Add(file);
        (await home.Owner.PostAsync("/v1/assets", sending).OkAsync(201)).Text("filename").ShouldBe(filename);
    }

    [Fact]
    public async Task The_same_bytes_again_are_200_and_the_asset_that_was_there()
    {
        var home = await api.NewHomeAsync();
        var first = await home.Owner.UploadAsync(IngestionFixture.Png(3));
        var again = await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(3), "open")).OkAsync(200);
        (again.Text("id"), (bool)again["deduplicated"]!).ShouldBe((first.Text("id"), true));
        (await home.Owner.UploadAsync(IngestionFixture.Png(3), "closed")).Text("id").ShouldNotBe(first.Text("id"));
    }

    [Fact]
    public async Task What_cannot_be_read_is_told()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync("/v1/assets", new { }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/assets",
            new MultipartFormDataContent { { new StringContent("site"), "tenant" }, { new StringContent("open"), "space" } })
            .ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(4), false, "a.png", ("tenant", "site")))
            .ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(4), "open", ("folder", "/a/../b"))).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(4), "open", ("access", "secret"))).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(4), "nowhere")).ProblemAsync(404, "not_found");
        await home.Owner.PostAsync("/v1/assets", Sending.Form(Encoding.ASCII.GetBytes("text"), "open")).ProblemAsync(415, "unsupported_image_type");
        await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(4)[..500], "open")).ProblemAsync(422, "undecodable_image");
        (await home.Owner.GetAsync("/v1/assets").OkAsync()).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_cut_short_is_told_and_leaves_nothing()
    {
        var home = await api.NewHomeAsync();
        var form = Sending.Form(IngestionFixture.Png(5), "open");
        var whole = await form.ReadAsByteArrayAsync(Ct);
        var cut = new ByteArrayContent(whole[..^100]);
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse(form.Headers.ContentType!.ToString());
        await home.Owner.PostAsync("/v1/assets", cut).ProblemAsync(400, "invalid_request");
        (await home.Owner.GetAsync("/v1/assets").OkAsync()).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task Policies_of_the_space_hold()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(6);
        await home.Owner.PutAsync($"{home.Root}/policies/max_upload_bytes", new { value = bytes.Length - 1 }).OkAsync();
        await home.Owner.PostAsync("/v1/assets", Sending.Form(bytes, "open")).ProblemAsync(413, "payload_too_large");
        await home.Owner.PostAsync("/v1/assets", Sending.Form(bytes, fileFirst: true, "a.png", ("tenant", "site"), ("space", "open")))
            .ProblemAsync(413, "payload_too_large");
        await home.Owner.PutAsync($"{home.Root}/policies/max_upload_bytes", new { value = bytes.Length }).OkAsync();
        await home.Owner.PutAsync($"{home.Root}/policies/quota_assets", new { value = 1 }).OkAsync();
        await home.Owner.UploadAsync(bytes);
        var full = await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(7, 20, 20), "open")).ProblemAsync(403, "quota_exceeded");
        full.Text("level").ShouldBe("organization");
    }

    [Fact]
    public async Task A_key_uploads_only_where_and_if_it_may()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        var reader = await home.KeyAsync(["image:read"]);
        await reader.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(8), "open")).ProblemAsync(403, "insufficient_scope");
        var elsewhere = await home.KeyAsync(["image:write", "image:read"], "other");
        await elsewhere.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(8), "open")).ProblemAsync(404, "not_found");
        var stranger = await api.NewHomeAsync();
        await stranger.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(8), "open")).OkAsync(201);
        (await home.Owner.GetAsync("/v1/assets").OkAsync()).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_idempotency_key_repeats_the_answer()
    {
        var home = await api.NewHomeAsync();
        var key = ("Idempotency-Key", Guid.CreateVersion7().ToString());
        var form = Sending.Form(IngestionFixture.Png(9), "open");
        var body = await form.ReadAsByteArrayAsync(Ct);
        async Task<JsonObject> SendAsync()
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(form.Headers.ContentType!.ToString());
            return await home.Owner.PostAsync("/v1/assets", content, key).OkAsync(201);
        }

        var first = await SendAsync();
        var again = await SendAsync();
        again.ToJsonString().ShouldBe(first.ToJsonString());
    }

    [Fact]
    public async Task A_new_version_needs_a_fresh_tag_when_one_is_sent()
    {
        var home = await api.NewHomeAsync();
        var id = (await home.Owner.UploadAsync(IngestionFixture.Png(10))).Text("id");
        using var read = await home.Owner.GetAsync($"/v1/assets/{id}");
        var tag = ("If-Match", read.Headers.ETag!.ToString());
        var replaced = await home.Owner.PutAsync($"/v1/assets/{id}/content", Sending.Form(IngestionFixture.Png(11, 70, 70), false, "new.png"), tag).OkAsync();
        ((int)replaced["version"]!, (int)replaced["width"]!, replaced.Text("filename")).ShouldBe((2, 70, "picture.png"));
        await home.Owner.PutAsync($"/v1/assets/{id}/content", Sending.Form(IngestionFixture.Png(12), false, "new.png"), tag)
            .ProblemAsync(412, "precondition_failed");
        (await home.Owner.GetAsync($"/v1/assets/{id}/versions")
            .OkAsync()).Items().Select(item => ((int)item!["version"]!, (bool)item["current"]!)).ShouldBe([(2, true), (1, false)]);
        using var old = await home.Owner.GetAsync($"/v1/assets/{id}/content?version=1");
        (await old.Content.ReadAsByteArrayAsync(Ct)).ShouldBe(IngestionFixture.Png(10));
        old.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/a.png")]
    [InlineData("http://[::ffff:169.254.169.254]/latest")]
    [InlineData("file:///etc/passwd")]
    public async Task Fetching_from_inside_is_refused(string url)
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync("/v1/assets/fetch", new { url, tenant = "site", space = "open" }).ProblemAsync(422, "fetch_refused");
        await home.Owner.PostAsync("/v1/assets/fetch", new { url = "not a url", tenant = "site", space = "open" }).ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_presigned_upload_needs_no_key_and_becomes_an_asset_on_completion()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(13);
        var made =
            await home.Owner.PostAsync("/v1/uploads/presigned",
                new { tenant = "site", space = "open", filename = "direct.png", tags = new[] { "x" }, sizeBytes = bytes.Length }).OkAsync(201);
        var (put, complete) = (made.Text("uploadUrl"), made.Text("completeUrl"));
        await home.Owner.PostAsync(complete).ProblemAsync(409, "conflict");
        await api.Anonymous().PutAsync(put[..^4] + "0000", new ByteArrayContent(bytes)).ProblemAsync(404, "not_found");
        await api.Anonymous().PutAsync(put, new ByteArrayContent([.. bytes, 0])).ProblemAsync(413, "payload_too_large");
        (await api.Anonymous().PutAsync(put, new ByteArrayContent(bytes))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var stranger = await api.NewHomeAsync();
        await stranger.Owner.PostAsync(complete).ProblemAsync(404, "not_found");
        var asset = await home.Owner.PostAsync(complete).OkAsync(201);
        (asset.Text("filename"), asset.Text("contentHash")).ShouldBe(("direct.png", Convert.ToHexStringLower(SHA256.HashData(bytes))));
        (await home.Owner.PostAsync(complete).ProblemAsync(409, "conflict")).Text("asset").ShouldBe(asset.Text("id"));
    }

    [Fact]
    public async Task An_import_is_queued_and_can_be_watched()
    {
        var home = await api.NewHomeAsync();
        using var zip = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(zip, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var entry = archive.CreateEntry("a.png").Open();
            await entry.WriteAsync(IngestionFixture.Png(14), Ct);
        }

        var job = await home.Owner.PostAsync("/v1/imports", Sending.Form(zip.ToArray(), "open", ("folder", "/bulk"))).OkAsync(202);
        job.Text("state").ShouldBe("queued");
        (await api.Services.GetRequiredService<ImageService.Core.Ingestion.ImportRunner>().RunAsync(home.Id, Guid.Parse(job.Text("id")), Ct)).ShouldBeTrue();
        var done = await home.Owner.GetAsync($"/v1/imports/{job.Text("id")}").OkAsync();
        (done.Text("state"), (int)done["imported"]!).ShouldBe(("completed", 1));
        (await home.Owner.GetAsync("/v1/imports").OkAsync()).Items().Count.ShouldBe(1);
        var stranger = await api.NewHomeAsync();
        await stranger.Owner.GetAsync($"/v1/imports/{job.Text("id")}").ProblemAsync(404, "not_found");
    }
}

/// <summary>Files of a test and how they are sent.</summary>
internal static class Sending
{
    /// <summary>A form with the file at the place given among the fields.</summary>
    public static MultipartFormDataContent Form(byte[] bytes, bool fileFirst = false, string? filename = "picture.png",
        params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        if (fileFirst)
            Add();
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        if (!fileFirst)
            Add();
        return form;

        void Add()
        {
            if (filename is null)
                form.Add(new ByteArrayContent(bytes), "file");
            else
                form.Add(new ByteArrayContent(bytes), "file", filename);
        }
    }

    public static MultipartFormDataContent Form(byte[] bytes, string space, params (string Name, string Value)[] fields) =>
        Form(bytes, fileFirst: false, "picture.png", [("tenant", "site"), ("space", space), .. fields]);

    public static Task<JsonObject> UploadAsync(this ApiClient client, byte[] bytes, string space = "open", params (string Name, string Value)[] fields) =>
        client.PostAsync("/v1/assets", Form(bytes, space, fields)).OkAsync(201);
}
