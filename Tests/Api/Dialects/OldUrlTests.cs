using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Dialects;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Dialects;

/// <summary>Old URLs on customers' own hosts, over a real socket: what they lead to, and what they do not open.</summary>
public sealed class OldUrlTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private static int _hosts;

    [Fact]
    public async Task An_old_url_is_an_ordinary_image_request()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(width: 800, height: 600);
        var host = await AddHostAsync(space, UrlDialect.Next);
        await AddAliasAsync(space, host, "photos/a.jpg", asset);

        var (_, old) = await ImageAsync(Stack, "/_next/image?url=%2Fphotos%2Fa.jpg&w=640&q=75", ("Host", host), ("Accept", "image/webp"));
        var (_, own) = await ImageAsync(Stack, asset.Public("fmt_auto-w_640-q_75.jpg"), ("Accept", "image/webp"));

        (Header(old, "Content-Type"), Header(old, "Vary"), Header(old, "X-Content-Type-Options")).ShouldBe(("image/webp", "Accept", "nosniff"));
        (Layer(old), Layer(own)).ShouldBe(("miss", "memory"), "both are one variant");
        Header(old, "ETag").ShouldBe(Header(own, "ETag"));
        Header(old, "Cache-Control").ShouldBe("public, max-age=3600, stale-while-revalidate=3600", "the name may come to mean another picture");
        Header(own, "Cache-Control")!.ShouldContain("immutable");
        Header(old, "Cache-Tag")!.ShouldContain(asset.Id.ToString());
        (await ImageAsync(Stack, "/_next/image?url=%2Fphotos%2Fa.jpg&w=640&q=75", ("Host", host.ToUpperInvariant() + ":8080"),
            ("Accept", "image/webp"))).Response.Dispose();
        (await ProblemAsync(Stack, "/_next/image?url=%2Fphotos%2Fb.jpg&w=640&q=75", HttpStatusCode.NotFound, ("Host", host))).ShouldBe("not_found");
        (await ProblemAsync(Stack, "/v1/organizations", HttpStatusCode.NotFound, ("Host", host))).ShouldBe("not_found", "nothing else is reachable there");
        using var post = await Stack.SendAsync(HttpMethod.Post, "/_next/image", ("Host", host));
        post.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task The_ladder_and_the_maximum_hold_for_old_urls()
    {
        var space = await Stack.NewSpaceAsync(("width_ladder", "[100,200]"), ("max_output_width", "300"));
        var asset = await space.AddAsync();
        var host = await AddHostAsync(space, UrlDialect.Ipx);
        await AddAliasAsync(space, host, "a.jpg", asset);

        var (_, snapped) = await ImageAsync(Stack, "/_ipx/w_120/a.jpg", ("Host", host));
        Header(snapped, "X-Width-Snapped").ShouldBe("200");
        (await ProblemAsync(Stack, "/_ipx/w_301/a.jpg", HttpStatusCode.Forbidden, ("Host", host))).ShouldBe("policy_forbids");
    }

    [Fact]
    public async Task An_option_without_a_counterpart_is_named_or_dropped_on_a_lenient_host()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var (strict, lenient) =
            (await AddHostAsync(space, UrlDialect.Imgproxy, unsigned: true), await AddHostAsync(space, UrlDialect.Imgproxy, unsigned: true, lenient: true));
        foreach (var host in (string[])[strict, lenient])
            await AddAliasAsync(space, host, "http://example.com/a.jpg", asset);
        const string Url = "/unsafe/wm:0.5:soea/rs:fill:50:50/plain/http%3A%2F%2Fexample.com%2Fa.jpg@png";

        using var refused = await Stack.GetAsync(Url, ("Host", strict));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync(Ct)).ShouldContain("watermark");
        var (bytes, _) = await ImageAsync(Stack, Url, ("Host", lenient));
        Acceptance.Pictures.Size(bytes).ShouldBe((50, 50, 1));
    }

    [Theory]
    [InlineData(UrlDialect.Next)]
    [InlineData(UrlDialect.Ipx)]
    [InlineData(UrlDialect.Cloudflare)]
    [InlineData(UrlDialect.Thumbor)]
    [InlineData(UrlDialect.Imgproxy)]
    [InlineData(UrlDialect.Cloudinary)]
    [InlineData(UrlDialect.Imgix)]
    [InlineData(UrlDialect.Native)]
    public async Task A_private_picture_needs_the_dialects_signature(UrlDialect dialect)
    {
        var space = await Stack.NewSpaceAsync();
        var hidden = await space.AddAsync(AssetAccess.Private);
        var host = await AddHostAsync(space, dialect, KeysOf(dialect), unsigned: true);
        await AddAliasAsync(space, host, dialect is UrlDialect.Cloudinary ? "a" : "a.jpg", hidden);
        var (unsigned, signed) = Urls(dialect);

        (await ProblemAsync(Stack, unsigned, HttpStatusCode.NotFound, ("Host", host))).ShouldBe("not_found", "its existence is not told");
        if (signed is null)
            return;
        var (_, response) = await ImageAsync(Stack, signed, ("Host", host));
        Header(response, "Cache-Control")!.ShouldContain("private");
        var bent = signed.Contains("w_50", StringComparison.Ordinal)
            ? signed.Replace("w_50", "w_51", StringComparison.Ordinal) : signed.Replace("50", "51", StringComparison.Ordinal);
        (await ProblemAsync(Stack, bent, HttpStatusCode.Unauthorized, ("Host", host))).ShouldBe("invalid_signature");
    }

    [Theory]
    [InlineData(UrlDialect.Next)]
    [InlineData(UrlDialect.Ipx)]
    [InlineData(UrlDialect.Cloudflare)]
    [InlineData(UrlDialect.Thumbor)]
    [InlineData(UrlDialect.Imgproxy)]
    [InlineData(UrlDialect.Cloudinary)]
    [InlineData(UrlDialect.Imgix)]
    [InlineData(UrlDialect.Native)]
    public async Task A_watermarked_space_gives_no_picture_without_it_by_old_urls_either(UrlDialect dialect)
    {
        var space = await Stack.NewSpaceAsync(Watermarks.Policy(40), ("original_delivery", "\"exact\""));
        await Watermarks.OverlayAsync(space, "mark", Watermarks.Mark);
        var (open, hidden) = (await space.AddAsync(), await space.AddAsync(AssetAccess.Private));
        foreach (var asset in (StackAsset[])[open, hidden])
        {
            var host = await AddHostAsync(space, dialect, KeysOf(dialect), unsigned: true);
            await AddAliasAsync(space, host, dialect is UrlDialect.Cloudinary ? "a" : "a.jpg", asset);
            var (unsigned, signed) = Urls(dialect);
            if ((asset == open ? unsigned : signed) is { } url)
                Watermarks.IsOn((await ImageAsync(Stack, url, ("Host", host))).Bytes).ShouldBeTrue(url);
            var own = asset == open ? open.Public("original.jpg") : hidden.Signed("w_50.webp", host: host);
            if (dialect is UrlDialect.Native)
                Watermarks.IsOn((await ImageAsync(Stack, own, ("Host", host))).Bytes).ShouldBeTrue(own);
        }
    }

    [Fact]
    public async Task A_date_tells_nothing_of_what_an_old_name_means_and_a_tag_does()
    {
        const string Old = "/cdn-cgi/image/w=50/a.jpg";
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var host = await AddHostAsync(space, UrlDialect.Cloudflare);
        await AddAliasAsync(space, host, "a.jpg", asset);
        var (_, old) = await ImageAsync(Stack, Old, ("Host", host));
        var (tag, date) = (Header(old, "ETag")!, Header(old, "Last-Modified")!);

        async Task<HttpStatusCode> PartOf(string url, string condition)
        {
            using var part = await Stack.GetAsync(url, ("Host", host), ("Range", "bytes=0-9"), ("If-Range", condition));
            return part.StatusCode;
        }

        (await PartOf(Old, date)).ShouldBe(HttpStatusCode.OK, "the name may have come to mean another picture");
        (await PartOf(Old, tag)).ShouldBe(HttpStatusCode.PartialContent);
        using var own = await Stack.GetAsync(asset.Public("w_50.jpg"), ("Range", "bytes=0-9"), ("If-Range", date));
        own.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
    }

    [Fact]
    public async Task Without_keys_a_dialect_that_signs_is_open_only_where_the_host_says_so()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var (shut, open) = (await AddHostAsync(space, UrlDialect.Thumbor), await AddHostAsync(space, UrlDialect.Thumbor, unsigned: true));
        await AddAliasAsync(space, shut, "a.jpg", asset);
        await AddAliasAsync(space, open, "a.jpg", asset);

        (await ProblemAsync(Stack, "/unsafe/50x50/a.jpg", HttpStatusCode.Unauthorized, ("Host", shut))).ShouldBe("invalid_signature");
        (await ImageAsync(Stack, "/unsafe/50x50/a.jpg", ("Host", open))).Response.Dispose();
        (await ProblemAsync(Stack, "/unsafe/50x50/b.jpg", HttpStatusCode.NotFound, ("Host", open))).ShouldBe("not_found");
    }

    [Fact]
    public async Task A_native_host_has_the_urls_of_its_space_and_old_paths()
    {
        var (space, other) = (await Stack.NewSpaceAsync(), await Stack.NewSpaceAsync());
        var (asset, foreign) = (await space.AddAsync(), await other.AddAsync());
        var host = await AddHostAsync(space, UrlDialect.Native);
        await AddAliasAsync(space, host, "static/a.jpg", asset);

        (await ImageAsync(Stack, asset.Public("w_50.jpg"), ("Host", host))).Response.Dispose();
        (await ImageAsync(Stack, asset.Signed("w_60.jpg", host: host, kind: "pub"), ("Host", host))).Response.Dispose();
        (await ImageAsync(Stack, "/static/a.jpg", ("Host", host))).Bytes.Length.ShouldBeGreaterThan(100);
        (await ProblemAsync(Stack, foreign.Public("w_50.jpg"), HttpStatusCode.NotFound, ("Host", host))).ShouldBe("not_found");
        (await ProblemAsync(Stack, asset.Public("w_50.jpg").Replace("/v1/pub", "/v1/x/%2e%2e/pub", StringComparison.Ordinal), HttpStatusCode.BadRequest,
            ("Host", host))).ShouldBe("invalid_operations");
    }

    [Fact]
    public async Task A_log_tells_the_share_that_is_served_names_the_rest_and_brings_aliases()
    {
        var space = await Stack.NewSpaceAsync();
        var named = await space.AddAsync();
        var host = await AddHostAsync(space, UrlDialect.Ipx);
        await AddAliasAsync(space, host, "old.jpg", named);
        string[] log =
        [
            "192.0.2.1 - - [x] \"GET /w_10/old.jpg HTTP/1.1\" 200 1", $"https://{host}/_/old.jpg", "/w_10,negate/old.jpg", "/w_10/deep/a.jpg",
            "/w_20/deep/a.jpg", "/favicon.ico", "https://elsewhere.example/w_10/old.jpg",
        ];
        var services = Stack.Services;
        var facts = (await services.GetRequiredService<HostDirectory>().FindAsync(host, ImageService.Core.Facts.StaleFacts.Refuse, Ct)).ShouldNotBeNull();

        var before = await services.GetRequiredService<LogReport>().ReadAsync(facts, log.ToAsyncEnumerable(), Ct);
        (before.Requests, before.Served, before.Unreadable).ShouldBe((6, 2, 1));
        before.Unmapped.ShouldBe(new Dictionary<string, int> { ["negate"] = 1 });
        before.Unnamed.ShouldBe(new Dictionary<string, int> { ["deep/a.jpg"] = 2 });
        before.Foreign.Values.Sum().ShouldBe(1);

        // The one asset of that file name, in the root folder, is what the crawl means.
        var crawl = await services.GetRequiredService<CrawlImport>().ReadAsync(facts, log.ToAsyncEnumerable(), Ct);
        (crawl.Names, crawl.Written, string.Join(' ', crawl.Missing)).ShouldBe((2, 1, "old.jpg"));
        (await services.GetRequiredService<LogReport>().ReadAsync(facts, log.ToAsyncEnumerable(), Ct)).Served.ShouldBe(4);
    }

    private static DialectKeys KeysOf(UrlDialect dialect) => dialect switch
    {
        UrlDialect.Thumbor or UrlDialect.Imgix => new([new DialectKey("secret")], null),
        UrlDialect.Cloudinary => new([new DialectKey("secret") { Size = 8 }], null),
        UrlDialect.Imgproxy => new([new DialectKey("aabb") { Salt = "ccdd", Size = 32 }], null),
        _ => DialectKeys.None,
    };

    private static (string Unsigned, string? Signed) Urls(UrlDialect dialect) => dialect switch
    {
        UrlDialect.Next => ("/_next/image?url=%2Fa.jpg&w=50&q=75", null),
        UrlDialect.Ipx => ("/w_50/a.jpg", null),
        UrlDialect.Cloudflare => ("/cdn-cgi/image/w=50/a.jpg", null),
        UrlDialect.Thumbor => ("/unsafe/50x0/a.jpg", $"/{Base64(HMACSHA1.HashData("secret"u8, "50x0/a.jpg"u8))}/50x0/a.jpg"),
        UrlDialect.Imgproxy =>
            ("/_/w:50/plain/a.jpg", $"/{Base64(HMACSHA256.HashData([0xaa, 0xbb], [0xcc, 0xdd, .. "/w:50/plain/a.jpg"u8])).TrimEnd('=')}/w:50/plain/a.jpg"),
        UrlDialect.Cloudinary => ("/image/upload/w_50/a.jpg", $"/image/upload/s--{Base64(SHA1.HashData("w_50/a.jpgsecret"u8))[..8]}--/w_50/a.jpg"),
#pragma warning disable CA5351 // imgix signs by MD5
        UrlDialect.Imgix => ("/a.jpg?w=50", $"/a.jpg?w=50&s={Convert.ToHexStringLower(MD5.HashData("secret/a.jpg?w=50"u8))}"),
#pragma warning restore CA5351
        _ => ("/a.jpg", null),
    };

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');

    private async Task<string> AddHostAsync(StackSpace space, UrlDialect dialect, DialectKeys? keys = null, bool unsigned = false, bool lenient = false)
    {
        var now = DateTimeOffset.UtcNow;
        var host = new DialectHost
        {
            OrganizationId = space.OrganizationId, TenantId = space.TenantId, SpaceId = space.SpaceId,
            Hostname = $"h{Interlocked.Increment(ref _hosts)}.localhost", Dialect = dialect,
            AllowUnsigned = unsigned, Lenient = lenient, Challenge = "c", VerifiedAt = now, CreatedAt = now, UpdatedAt = now,
        };
        host.ProtectedKeys = HostKeys.Seal(Stack.Services.GetRequiredService<SecretProtector>(), host.Id, keys ?? DialectKeys.None);
        Encoding.UTF8.GetString(host.ProtectedKeys ?? []).ShouldNotContain("secret");
        await using var db = space.Db();
        db.Hosts.Add(host);
        await db.SaveChangesAsync(Ct);
        return host.Hostname;
    }

    private static async Task AddAliasAsync(StackSpace space, string host, string path, StackAsset asset)
    {
        await using var db = space.Db();
        db.Aliases.Add(new AssetAlias
        {
            OrganizationId = space.OrganizationId, TenantId = space.TenantId, SpaceId = space.SpaceId, Hostname = host, Path = path, AssetId = asset.Id.Value,
            CreatedAt = DateTimeOffset.UtcNow,
        });
        await db.SaveChangesAsync(Ct);
    }
}
