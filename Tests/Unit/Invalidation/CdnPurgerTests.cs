using System.Text.Json;
using System.Xml.Linq;
using ImageService.Core.Invalidation;
using ImageService.Core.Invalidation.Cdn;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Invalidation;

/// <summary>Each product's own protocol, from its public documentation, against a server that records what arrives.</summary>
[Trait("Level", "Integration")]
public sealed class CdnPurgerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Varnish_is_sent_a_ban_over_the_tags()
    {
        await using var cdn = await RecordedCdn.StartAsync();
        using var purger = Purger(CdnKind.Varnish, cdn);

        await purger.PurgeAsync(Purge(tags: 2), Ct);

        var call = cdn.Calls.ShouldHaveSingleItem();
        (call.Method, call.Path).ShouldBe(("BAN", "/"));
        call.Headers["Cache-Tag"].ShouldBe("(^|,)(asset:0|asset:1)(,|$)");
    }

    [Fact]
    public async Task Varnish_gets_many_tags_in_several_bans()
    {
        await using var cdn = await RecordedCdn.StartAsync();
        using var purger = Purger(CdnKind.Varnish, cdn);

        await purger.PurgeAsync(Purge(tags: 120), Ct);

        cdn.Calls.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Nginx_is_sent_a_purge_per_path_and_form_under_the_public_host_and_not_cached_is_no_failure()
    {
        await using var cdn = await RecordedCdn.StartAsync();
        cdn.Answer = static number => (number % 2 == 0 ? 200 : 404, "");
        using var purger = Purger(CdnKind.Nginx, cdn);

        await purger.PurgeAsync(Purge(tags: 1, paths: 5), Ct);

        cdn.Calls.Select(call => $"{call.Path} {call.Headers["Accept"]}").Order(StringComparer.Ordinal).ShouldBe(
            from i in Enumerable.Range(0, 5)
            from accept in (string[])["*/*", "image/avif,image/webp,*/*", "image/jxl,image/avif,image/webp,*/*", "image/webp,*/*"]
            select $"/v1/pub/a/b/c/img/x/v1/w_{i}.jpg {accept}");
        cdn.Calls.ShouldAllBe(call => call.Method == "PURGE" && call.Headers["Host"] == "images.example.com");
    }

    [Fact]
    public async Task Fastly_is_sent_surrogate_keys_with_the_token()
    {
        await using var cdn = await RecordedCdn.StartAsync();
        using var purger = Purger(CdnKind.Fastly, cdn);

        await purger.PurgeAsync(Purge(tags: 300), Ct);

        cdn.Calls.Count.ShouldBe(2);
        var call = cdn.Calls.First();
        (call.Method, call.Path).ShouldBe(("POST", "/service/resource1/purge"));
        call.Headers["Fastly-Key"].ShouldBe("secret");
        using var body = JsonDocument.Parse(call.Body);
        body.RootElement.GetProperty("surrogate_keys").GetArrayLength().ShouldBe(256);
    }

    [Fact]
    public async Task Cloudflare_is_sent_thirty_tags_at_a_time_with_the_token()
    {
        await using var cdn = await RecordedCdn.StartAsync();
        using var purger = Purger(CdnKind.Cloudflare, cdn);

        await purger.PurgeAsync(Purge(tags: 31), Ct);

        cdn.Calls.Count.ShouldBe(2);
        var call = cdn.Calls.First();
        (call.Method, call.Path).ShouldBe(("POST", "/client/v4/zones/resource1/purge_cache"));
        call.Headers["Authorization"].ShouldBe("Bearer secret");
        using var body = JsonDocument.Parse(call.Body);
        body.RootElement.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).ShouldBe(Enumerable.Range(0, 30).Select(i => $"asset:{i}"));
    }

    [Fact]
    public async Task Cloudflare_saying_no_with_status_200_is_a_failure()
    {
        await using var cdn = await RecordedCdn.StartAsync();
        cdn.Answer = static _ => (200, """{"success": false, "errors": [{"code": 1012}]}""");
        using var purger = Purger(CdnKind.Cloudflare, cdn);

        await Should.ThrowAsync<CdnPurgeException>(purger.PurgeAsync(Purge(tags: 1), Ct));
    }

    [Fact]
    public async Task CloudFront_is_sent_a_signed_invalidation_of_wildcards()
    {
        await using var cdn = await RecordedCdn.StartAsync();
        using var purger = Purger(CdnKind.CloudFront, cdn);

        await purger.PurgeAsync(Purge(tags: 1, prefixes: 16), Ct);

        cdn.Calls.Count.ShouldBe(2);
        var call = cdn.Calls.First();
        (call.Method, call.Path).ShouldBe(("POST", "/2020-05-31/distribution/resource1/invalidation"));
        call.Headers["X-Amz-Date"].ShouldBe("20261124T100000Z");
        call.Headers["Authorization"]
            .ShouldStartWith("AWS4-HMAC-SHA256 Credential=AKID/20261124/us-east-1/cloudfront/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=");
        XNamespace schema = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
        var paths = XDocument.Parse(call.Body).Root!.Element(schema + "Paths")!;
        paths.Element(schema + "Quantity")!.Value.ShouldBe("15");
        paths.Element(schema + "Items")!.Elements(schema + "Path").First().Value.ShouldBe("/v1/pub/a/b/c/img/0/*");
    }

    [Fact]
    public async Task CloudFront_takes_a_retry_for_the_same_invalidation_and_a_later_purge_for_another()
    {
        await using var cdn = await RecordedCdn.StartAsync();
        cdn.Answer = static number => number == 0 ? (503, "") : (201, "");
        using var purger = Purger(CdnKind.CloudFront, cdn);

        await purger.PurgeAsync(Purge(tags: 1, prefixes: 1), Ct);
        await purger.PurgeAsync(Purge(tags: 1, prefixes: 1), Ct);

        XNamespace schema = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
        var references = cdn.Calls.Select(call => XDocument.Parse(call.Body).Root!.Element(schema + "CallerReference")!.Value).ToList();
        references.Count.ShouldBe(3);
        references[1].ShouldBe(references[0]);
        references[2].ShouldNotBe(references[0]);
    }

    [Theory]
    [InlineData(CdnKind.Varnish)]
    [InlineData(CdnKind.Fastly)]
    [InlineData(CdnKind.Cloudflare)]
    [InlineData(CdnKind.CloudFront)]
    public async Task A_busy_cdn_is_asked_again(CdnKind kind)
    {
        await using var cdn = await RecordedCdn.StartAsync();
        cdn.Answer = static number => number switch { 0 => (503, ""), 1 => (429, ""), _ => (200, """{"success": true}""") };
        using var purger = Purger(kind, cdn);

        await purger.PurgeAsync(Purge(tags: 1), Ct);

        cdn.Calls.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(CdnKind.Varnish)]
    [InlineData(CdnKind.Nginx)]
    [InlineData(CdnKind.Fastly)]
    [InlineData(CdnKind.Cloudflare)]
    [InlineData(CdnKind.CloudFront)]
    public async Task A_refusal_is_not_tried_again_and_is_a_failure_that_tells_no_secret(CdnKind kind)
    {
        await using var cdn = await RecordedCdn.StartAsync();
        cdn.Answer = static _ => (403, "no");
        using var purger = Purger(kind, cdn);

        var failure = await Should.ThrowAsync<CdnPurgeException>(purger.PurgeAsync(Purge(tags: 1), Ct));

        cdn.Calls.Select(call => $"{call.Path} {call.Headers.GetValueOrDefault("Accept")}").ShouldBeUnique();
        failure.Message.ShouldContain("403");
        failure.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_cdn_that_does_not_answer_is_a_failure()
    {
        string url;
        await using (var cdn = await RecordedCdn.StartAsync())
            url = cdn.Url;
        using var purger = Purger(CdnKind.Varnish, url, retries: 1);

        await Should.ThrowAsync<CdnPurgeException>(purger.PurgeAsync(Purge(tags: 1), Ct));
    }

    private static ICdnPurger Purger(CdnKind kind, RecordedCdn cdn) => Purger(kind, cdn.Url, retries: 3);

    private static ICdnPurger Purger(CdnKind kind, string url, int retries)
    {
        var options = new InvalidationOptions { PurgeRetries = retries };
        var cdn = new CdnOptions
        {
            Kind = kind, Endpoint = url, PublicBaseUrl = "https://images.example.com", ResourceId = "resource1", Secret = "secret",
            AccessKeyId = "AKID"
        };
        var client = new PurgeClient(new SocketsHttpHandler(), options, TimeProvider.System, NullLogger.Instance);
        return InvalidationServices.MakePurger(cdn, client, new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero)));
    }

    private static CdnPurge Purge(int tags, int prefixes = 1, int paths = 1) => new(
        [.. Enumerable.Range(0, tags).Select(i => $"asset:{i}")],
        [.. Enumerable.Range(0, prefixes).Select(i => $"/v1/pub/a/b/c/img/{i}/")],
        [.. Enumerable.Range(0, paths).Select(i => $"/v1/pub/a/b/c/img/x/v1/w_{i}.jpg")]);
}
