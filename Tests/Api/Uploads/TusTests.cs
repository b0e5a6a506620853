using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Registry;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Uploads;

/// <summary>tus 1.0.0 as its clients speak it.</summary>
[Trait("Level", "Integration")]
public sealed class TusTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static readonly (string, string) Resumable = ("Tus-Resumable", "1.0.0");

    [Fact]
    public async Task The_server_says_what_it_can_do()
    {
        using var response = await api.Anonymous().SendAsync(HttpMethod.Options, "/v1/uploads", null);
        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (Header(response, "Tus-Version"), Header(response, "Tus-Extension"), Header(response, "Tus-Checksum-Algorithm"))
            .ShouldBe(("1.0.0", "creation,creation-with-upload,termination,checksum,expiration", "sha1,sha256"));
    }

    [Fact]
    public async Task An_upload_is_created_continued_asked_for_and_completed()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(1);
        var location = await CreateAsync(home, bytes.Length);
        using (var first = await PatchAsync(home, location, 0, bytes[..1000]))
            (first.StatusCode, Header(first, "Upload-Offset")).ShouldBe((HttpStatusCode.NoContent, "1000"));
        using (var head = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable))
        {
            (head.StatusCode, Header(head, "Upload-Offset"), Header(head, "Upload-Length")).ShouldBe((HttpStatusCode.OK, "1000", Text(bytes.Length)));
            Header(head, "Upload-Metadata").ShouldBe(Metadata("open"));
            head.Headers.CacheControl!.NoStore.ShouldBeTrue();
            DateTimeOffset.Parse(Header(head, "Upload-Expires"), CultureInfo.InvariantCulture).ShouldBeGreaterThan(DateTimeOffset.UtcNow);
        }

        await PatchAsync(home, location, 500, bytes[500..]).ProblemAsync(409, "conflict");
        using var last = await PatchAsync(home, location, 1000, bytes[1000..]);
        (last.StatusCode, Header(last, "Upload-Offset")).ShouldBe((HttpStatusCode.NoContent, Text(bytes.Length)));
        var asset = await home.Owner.GetAsync($"/v1/assets/{Header(last, "X-Asset-Id")}").OkAsync();
        (asset.Text("contentHash"), asset.Text("filename"),
            asset.Text("folder")).ShouldBe((Convert.ToHexStringLower(SHA256.HashData(bytes)), "tus.png", "/up"));
        using var again = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable);
        Header(again, "X-Asset-Id").ShouldBe(Header(last, "X-Asset-Id"));
    }

    [Fact]
    public async Task Creation_can_carry_the_whole_file()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(2);
        using var response =
            await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", Bytes(bytes), Resumable, ("Upload-Length", Text(bytes.Length)),
                ("Upload-Metadata", Metadata("open")));
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        Header(response, "Upload-Offset").ShouldBe(Text(bytes.Length));
        await home.Owner.GetAsync($"/v1/assets/{Header(response, "X-Asset-Id")}").OkAsync();
    }

    [Fact]
    public async Task All_bytes_stored_but_no_asset_made_is_finished_by_asking()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(3);
        var location = await CreateAsync(home, bytes.Length);
        (await PatchAsync(home, location, 0, bytes[..^1])).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        // As if the process had died between storing the last byte and making the asset.
        var id = Guid.Parse(location[(location.LastIndexOf('/') + 1)..]);
        var uploads =
            Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<ImageService.Core.Ingestion.ResumableUploads>(
                api.Services);
        var upload = (await uploads.FindAsync(home.Id, id, UploadKind.Tus, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        (await uploads.AppendAsync(upload, new MemoryStream(bytes[^1..]), null, TestContext.Current.CancellationToken)).Value.Offset.ShouldBe(bytes.Length);
        using var head = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable);
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        await home.Owner.GetAsync($"/v1/assets/{Header(head, "X-Asset-Id")}").OkAsync();
    }

    [Fact]
    public async Task A_wrong_checksum_is_460_and_a_right_one_counts()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(4);
        var location = await CreateAsync(home, bytes.Length);
        await PatchAsync(home, location, 0, bytes, ("Upload-Checksum", "sha1 " + Convert.ToBase64String(SHA1.HashData([1]))))
            .ProblemAsync(460, "checksum_mismatch");
        await PatchAsync(home, location, 0, bytes, ("Upload-Checksum", "md5 AAAA")).ProblemAsync(400, "invalid_request");
        using var head = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable);
        Header(head, "Upload-Offset").ShouldBe("0");
        using var right = await PatchAsync(home, location, 0, bytes, ("Upload-Checksum", "sha256 " + Convert.ToBase64String(SHA256.HashData(bytes))));
        right.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_body_longer_than_what_the_upload_lacks_is_413_and_nothing_of_it_counts()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(31);
        var location = await CreateAsync(home, bytes.Length);
        (await PatchAsync(home, location, 0, bytes[..100])).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await PatchAsync(home, location, 100, [.. bytes[100..], 0]).ProblemAsync(413, "payload_too_large");
        using var unmeasured = new StreamContent(new Unseekable([.. bytes[100..], 0])) { Headers = { ContentType = new("application/offset+octet-stream") } };
        await home.Owner.SendAsync(HttpMethod.Patch, location, unmeasured, Resumable, ("Upload-Offset", "100")).ProblemAsync(413, "payload_too_large");
        using (var head = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable))
            Header(head, "Upload-Offset").ShouldBe("100");
        using var last = await PatchAsync(home, location, 100, bytes[100..]);
        (await home.Owner.GetAsync($"/v1/assets/{Header(last, "X-Asset-Id")}")
            .OkAsync()).Text("contentHash").ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Theory]
    [InlineData("Upload-Concat", "partial")]
    [InlineData("Upload-Concat", "final;/v1/uploads/a /v1/uploads/b")]
    [InlineData("Upload-Defer-Length", "1")]
    public async Task Extensions_that_are_not_offered_are_refused_and_not_passed_over(string header, string value)
    {
        var home = await api.NewHomeAsync();
        var problem =
            await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "10"), ("Upload-Metadata", Metadata("open")),
                (header, value)).ProblemAsync(400, "invalid_request");
        problem.Text("detail").ShouldContain(header);
    }

    [Fact]
    public async Task A_given_up_upload_is_gone_and_a_method_can_be_overridden()
    {
        var home = await api.NewHomeAsync();
        var location = await CreateAsync(home, 100);
        using (var patched =
            await home.Owner.SendAsync(HttpMethod.Post, location, Bytes([1, 2, 3]), Resumable, ("Upload-Offset", "0"), ("X-HTTP-Method-Override", "PATCH")))
            (patched.StatusCode, Header(patched, "Upload-Offset")).ShouldBe((HttpStatusCode.NoContent, "3"));
        (await home.Owner.SendAsync(HttpMethod.Delete, location, null, Resumable)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_expired_upload_is_410()
    {
        var home = await api.NewHomeAsync();
        var location = await CreateAsync(home, 100);
        await api.AsOwnerAsync($"UPDATE uploads SET expires_at = now() - interval '1 second' WHERE id = '{location[(location.LastIndexOf('/') + 1)..]}'");
        await PatchAsync(home, location, 0, [1]).ProblemAsync(410, "upload_expired");
    }

    [Fact]
    public async Task What_is_no_image_ends_the_upload()
    {
        var home = await api.NewHomeAsync();
        var location = await CreateAsync(home, 4);
        await PatchAsync(home, location, 0, [1, 2, 3, 4]).ProblemAsync(415, "unsupported_image_type");
        (await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Every_answer_says_the_version_whatever_was_asked_for()
    {
        var home = await api.NewHomeAsync();
        foreach (var path in (string[])["/v1/uploads/0199f0a2-0000-7000-8000-000000000000", "/v1/uploads/no-such-thing"])
        {
            using var unknown = await home.Owner.SendAsync(HttpMethod.Head, path, null, Resumable);
            (unknown.StatusCode, Header(unknown, "Tus-Resumable")).ShouldBe((HttpStatusCode.NotFound, "1.0.0"), path);
            using var stranger = await api.Anonymous().SendAsync(HttpMethod.Head, path, null, Resumable);
            Header(stranger, "Tus-Resumable").ShouldBe("1.0.0", path);
        }
    }

    [Fact]
    public async Task What_cannot_be_read_is_told()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, ("Upload-Length", "1"), ("Upload-Metadata", Metadata("open")))
            .ProblemAsync(412, "tus_version_unsupported");
        await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Metadata", Metadata("open"))).ProblemAsync(400, "invalid_request");
        await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "-1"), ("Upload-Metadata", Metadata("open")))
            .ProblemAsync(400, "invalid_request");
        await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "1"), ("Upload-Metadata", "tenant !!"))
            .ProblemAsync(400, "invalid_request");
        await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "1"), ("Upload-Metadata", Metadata("nowhere")))
            .ProblemAsync(404, "not_found");
        await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "99999999999"), ("Upload-Metadata", Metadata("open")))
            .ProblemAsync(413, "payload_too_large");
        var location = await CreateAsync(home, 100);
        await home.Owner.SendAsync(HttpMethod.Patch, location, new ByteArrayContent([1]), Resumable, ("Upload-Offset", "0"))
            .ProblemAsync(415, "unsupported_media_type");
        var stranger = await api.NewHomeAsync();
        await PatchAsync(stranger, location, 0, [1]).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task An_assets_new_version_comes_in_pieces_too_and_the_same_bytes_make_no_second_one()
    {
        var home = await api.NewHomeAsync();
        var asset = (await home.Owner.UploadAsync(IngestionFixture.Png(30))).Text("id");
        var bytes = IngestionFixture.Png(31);
        var location = await CreateAsync(home, bytes.Length, Version("open", asset));
        (await PatchAsync(home, location, 0, bytes[..1000])).Dispose();
        ((int)(await home.Owner.GetAsync($"/v1/assets/{asset}").OkAsync())["version"]!).ShouldBe(1, "not before all of it is there");
        using (var last = await PatchAsync(home, location, 1000, bytes[1000..]))
            (Header(last, "X-Asset-Id"), Header(last, "X-Asset-Deduplicated")).ShouldBe((asset, "false"));
        using (var asked = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable))
            (Header(asked, "X-Asset-Id"), Header(asked, "X-Asset-Deduplicated")).ShouldBe((asset, "false"), "the answer may have been lost");

        var again = await CreateAsync(home, bytes.Length, Version("open", asset));
        using (var last = await PatchAsync(home, again, 0, bytes))
            Header(last, "X-Asset-Deduplicated").ShouldBe("true");
        var now = await home.Owner.GetAsync($"/v1/assets/{asset}").OkAsync();
        ((int)now["version"]!, now.Text("contentHash"), now.Text("folder"))
            .ShouldBe((2, Convert.ToHexStringLower(SHA256.HashData(bytes)), "/"), "its name and place stay");
    }

    [Theory]
    [InlineData("closed", null)]
    [InlineData("open", "01KAVW3S8N2V4B6D8F0H2K4M6P")]
    public async Task A_version_of_what_is_not_in_the_space_is_refused_before_its_bytes_are_sent(string space, string? other)
    {
        var home = await api.NewHomeAsync();
        var asset = (await home.Owner.UploadAsync(IngestionFixture.Png(32))).Text("id");
        await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "1000"),
            ("Upload-Metadata", Version(space, other ?? asset))).ProblemAsync(404, "not_found");
    }

    private static Task<string> CreateAsync(ApiHome home, int length) => CreateAsync(home, length, Metadata("open"));

    private static async Task<string> CreateAsync(ApiHome home, int length, string metadata)
    {
        using var created =
            await home.Owner.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", Text(length)), ("Upload-Metadata", metadata));
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        Header(created, "Tus-Resumable").ShouldBe("1.0.0");
        return created.Headers.Location!.ToString();
    }

    private static Task<HttpResponseMessage> PatchAsync(ApiHome home, string location, long offset, byte[] bytes, params (string, string)[] headers) =>
        home.Owner.SendAsync(HttpMethod.Patch, location, Bytes(bytes), [Resumable, ("Upload-Offset", Text(offset)), .. headers]);

    private static ByteArrayContent Bytes(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/offset+octet-stream");
        return content;
    }

    private static string Version(string space, string asset) =>
        Metadata(("filename", "tus.png"), ("tenant", "site"), ("space", space), ("purpose", "version"), ("asset", asset));

    private static string Metadata(string space) =>
        Metadata(("filename", "tus.png"), ("tenant", "site"), ("space", space), ("folder", "/up"), ("tags", "a,b"));

    private static string Metadata(params (string, string)[] pairs) =>
        string.Join(',', pairs
            .Select(pair => $"{pair.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Item2))}"));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}

/// <summary>Bytes whose number a client cannot tell beforehand.</summary>
internal sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
{
    public override bool CanSeek => false;
}
