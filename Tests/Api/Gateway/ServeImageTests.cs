using System.Net;
using ImageService.Core.Engine;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class ServeImageTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task Each_layer_answers_in_its_turn()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var path = asset.Public("w_100.webp");

        var (first, miss) = await ImageAsync(Stack, path);
        var (second, hit) = await ImageAsync(Stack, path);
        var other = await AnotherAsync();
        var (third, shared) = await ImageAsync(other, path);
        await Stack.Redis!.GetDatabase().KeyDeleteAsync($"variants:{asset.Id.Value:n}:0");
        var (fourth, stored) = await ImageAsync(await AnotherAsync(), path);

        (Layer(miss), Layer(hit), Layer(shared), Layer(stored)).ShouldBe(("miss", "memory", "redis", "storage"));
        second.ShouldBe(first);
        third.ShouldBe(first);
        fourth.ShouldBe(first);
        new[] { miss, hit, shared, stored }.Select(response => response.Headers.ETag!.Tag).Distinct().Count().ShouldBe(1);
        (Stack.Transforms, other.Transforms).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_variant_whose_object_was_lost_is_made_again()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var (bytes, _) = await ImageAsync(Stack, asset.Public("w_100.webp"));
        await using var db = space.Db();
        var row = await db.Variants.AsNoTracking().SingleAsync(Ct);
        var store = Stack.Services.GetRequiredService<IObjectStore>();
        (await store.DeleteAsync(row.StorageKey, Ct)).ShouldBeTrue();
        await Stack.Redis!.GetDatabase().KeyDeleteAsync($"variants:{asset.Id.Value:n}:0");
        var other = await AnotherAsync();

        var (again, response) = await ImageAsync(other, asset.Public("w_100.webp"));

        again.ShouldBe(bytes);
        Layer(response).ShouldBe("miss");
        (await store.HeadAsync(row.StorageKey, Ct)).ShouldNotBeNull();
        (await db.Variants.CountAsync(Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_transformed_is_an_error_and_never_the_original()
    {
        var space = await Stack.NewSpaceAsync();
        var broken = Pictures.Jpeg(400, 300, 1)[..2000];
        var asset = await space.AddAsync(broken, 400, 300, AssetAccess.Public);

        (await ProblemAsync(Stack, asset.Public("w_100.webp"), HttpStatusCode.UnprocessableEntity)).ShouldBe("undecodable_image");
        (await ProblemAsync(Stack, asset.Public("w_100.jpg"), HttpStatusCode.UnprocessableEntity)).ShouldBe("undecodable_image");
    }

    [Fact]
    public async Task An_original_that_is_gone_is_503_and_not_a_404()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        await Stack.Services.GetRequiredService<IObjectStore>().DeleteAsync(ObjectKey.Original(space.OrganizationId, asset.Id.Value, 1), Ct);

        (await ProblemAsync(Stack, asset.Public("w_100.webp"), HttpStatusCode.ServiceUnavailable)).ShouldBe("storage_unavailable");
    }

    [Fact]
    public async Task Head_and_conditional_and_range_requests_answer_by_the_rules()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var path = asset.Public("w_100.jpg");
        using var head = await Stack.SendAsync(HttpMethod.Head, path);
        var (bytes, get) = await ImageAsync(Stack, path);
        var tag = get.Headers.ETag!.Tag;

        head.Content.Headers.ContentLength.ShouldBe(bytes.Length);
        head.Headers.ETag.ShouldBe(get.Headers.ETag);
        foreach (var (name, value, status) in ((string, string, HttpStatusCode)[])
            [
                ("If-None-Match", tag, HttpStatusCode.NotModified),
                ("If-None-Match", $"\"a\", W/{tag}", HttpStatusCode.NotModified),
                ("If-None-Match", "*", HttpStatusCode.NotModified),
                ("If-None-Match", "\"a\"", HttpStatusCode.OK),
                ("If-Modified-Since", Header(get, "Last-Modified")!, HttpStatusCode.NotModified),
                ("If-Match", "\"a\"", HttpStatusCode.PreconditionFailed),
                ("Range", "bytes=0-9", HttpStatusCode.PartialContent),
                ("Range", "bytes=-7", HttpStatusCode.PartialContent),
                ("Range", $"bytes={bytes.Length}-", HttpStatusCode.RequestedRangeNotSatisfiable),
                ("Range", "bytes=0-1,4-5", HttpStatusCode.OK),
            ])
        {
            using var response = await Stack.GetAsync(path, (name, value));
            response.StatusCode.ShouldBe(status, $"{name}: {value}");
            if (status == HttpStatusCode.NotModified)
                (Header(response, "ETag"), Header(response, "Cache-Control")).ShouldBe((tag, "public, max-age=31536000, immutable"));
        }

        using var part = await Stack.GetAsync(path, ("Range", "bytes=10-19"), ("If-Range", tag));
        (await part.Content.ReadAsByteArrayAsync(Ct)).ShouldBe(bytes[10..20]);
        part.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes 10-19/{bytes.Length}");
    }

    [Fact]
    public async Task Jpeg_xl_comes_by_its_extension_and_by_negotiation()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var (named, _) = await ImageAsync(Stack, asset.Public("w_64.jxl"));
        var (negotiated, response) = await ImageAsync(Stack, asset.Public("w_64-fmt_auto.jpg"), ("Accept", "image/jxl,*/*;q=0.8"));

        (response.Content.Headers.ContentType!.MediaType, Header(response, "Vary"), Layer(response)).ShouldBe(("image/jxl", "Accept", "memory"));
        negotiated.ShouldBe(named);
        named[..2].ShouldBe([0xFF, 0x0A]);
    }

    [Fact]
    public async Task Where_an_encoder_is_missing_its_format_is_refused_by_name_and_never_negotiated()
    {
        var arm = new EncoderSupport(System.Runtime.InteropServices.Architecture.Arm64);
        var stack = await AnotherAsync(services: services => services.AddSingleton(arm));
        var asset = await (await stack.NewSpaceAsync()).AddAsync();

        (await ProblemAsync(stack, asset.Public("w_60.jxl"), HttpStatusCode.UnprocessableEntity)).ShouldBe("encoder_missing");
        (await ProblemAsync(stack, asset.Public("w_60-fmt_jxl.jpg"), HttpStatusCode.UnprocessableEntity)).ShouldBe("encoder_missing");
        (await ProblemAsync(stack, asset.Public("original.jxl"), HttpStatusCode.UnprocessableEntity)).ShouldBe("encoder_missing");
        var (_, negotiated) = await ImageAsync(stack, asset.Public("w_60-fmt_auto.jpg"), ("Accept", "image/jxl,image/webp;q=0.5"));
        negotiated.Content.Headers.ContentType!.MediaType.ShouldBe("image/webp");
    }

    [Fact]
    public async Task An_answer_that_was_negotiated_says_so_and_another_does_not()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var (_, avif) = await ImageAsync(Stack, asset.Public("w_60-fmt_auto.jpg"), ("Accept", "image/avif,image/webp,*/*"));
        var (_, webp) = await ImageAsync(Stack, asset.Public("w_60-fmt_auto.jpg"), ("Accept", "image/webp,*/*"));
        var (_, plain) = await ImageAsync(Stack, asset.Public("w_60.webp"), ("Accept", "image/webp,*/*"));

        (avif.Content.Headers.ContentType!.MediaType, webp.Content.Headers.ContentType!.MediaType).ShouldBe(("image/avif", "image/webp"));
        (Header(avif, "Vary"), Header(webp, "Vary"), Header(plain, "Vary")).ShouldBe(("Accept", "Accept", null));
        webp.Headers.ETag.ShouldBe(plain.Headers.ETag);
        Layer(plain).ShouldBe("memory");
        using var notModified = await Stack.GetAsync(asset.Public("w_60-fmt_auto.jpg"), ("Accept", "image/webp"), ("If-None-Match", webp.Headers.ETag!.Tag));
        using var missing =
            await Stack.GetAsync(asset.Public("w_60-fmt_auto.jpg").Replace("/v1/w", "/v2/w", StringComparison.Ordinal), ("Accept", "image/webp"));
        (notModified.StatusCode, Header(notModified, "Vary")).ShouldBe((HttpStatusCode.NotModified, "Accept"));
        (missing.StatusCode, Header(missing, "Vary")).ShouldBe((HttpStatusCode.NotFound, "Accept"));
    }

    [Fact]
    public async Task Nothing_in_the_query_changes_an_image_and_no_cookie_is_set()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        await ImageAsync(Stack, asset.Public("w_50.jpg"));

        var (_, response) = await ImageAsync(Stack, asset.Public("w_50.jpg?utm_source=x&w=9000&sig=nonsense"));

        Layer(response).ShouldBe("memory");
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();
        Header(response, "Cross-Origin-Resource-Policy").ShouldBe("cross-origin");
        Header(response, "Cache-Tag")
            .ShouldBe($"org:{asset.Space.Organization},tenant:{asset.Space.Organization}/website,space:{asset.Space.Organization}/website/marketing,asset:{asset.Id}");
        Header(response, "Surrogate-Key")!.Split(' ').Length.ShouldBe(4);
        Header(response, "Server-Timing")!.ShouldContain("cache;desc=memory");
    }

    [Theory]
    [InlineData("stripped")]
    [InlineData("exact")]
    public async Task An_original_is_delivered_as_the_policy_says(string delivery)
    {
        var space = await Stack.NewSpaceAsync(("original_delivery", $"\"{delivery}\""));
        var original = Pictures.OrientedJpeg(120, 80, 7, orientation: 1);
        var asset = await space.AddAsync(original, 120, 80, AssetAccess.Public);

        var (bytes, response) = await ImageAsync(Stack, asset.Public("original.jpg"));
        var (converted, _) = await ImageAsync(Stack, asset.Public("original.webp"));

        if (delivery == "exact")
            bytes.ShouldBe(original);
        else
            bytes.AsSpan().IndexOf("Exif"u8).ShouldBe(-1);
        bytes.Length.ShouldBeInRange(original.Length - 200, original.Length);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/jpeg");
        Pictures.Size(converted).ShouldBe((120, 80, 1));
        (await ImageAsync(Stack, asset.Public("original.jpg"))).Bytes.ShouldBe(bytes);
    }

    [Fact]
    public async Task Originals_are_refused_where_the_policy_is_off_and_variants_are_not()
    {
        var asset = await (await Stack.NewSpaceAsync(("original_delivery", "\"off\""))).AddAsync();

        (await ProblemAsync(Stack, asset.Public("original.jpg"), HttpStatusCode.Forbidden)).ShouldBe("policy_forbids");
        (await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response.Dispose();
    }

    [Fact]
    public async Task A_focal_point_that_moves_changes_the_image_under_its_url()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var path = asset.Public("w_50-h_100-g_focal.jpg");
        var (_, before) = await ImageAsync(Stack, path);
        await using (var db = space.Db())
            await db.Assets.ExecuteUpdateAsync(rows => rows.SetProperty(row => row.FocalX, 0.1).SetProperty(row => row.FocalY, 0.5), Ct);

        await Probe.UntilAsync(async () => !Equals((await ImageAsync(Stack, path)).Response.Headers.ETag, before.Headers.ETag), "another image comes");

        Header(before, "Cache-Control").ShouldBe("public, max-age=3600, stale-while-revalidate=3600");
    }

    [Fact]
    public async Task A_path_that_two_readers_could_read_differently_is_refused_before_routing()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        foreach (var path in (string[])[asset.Public("w_50%2ejpg"), asset.Public("w_50.jpg").Replace("/v1/w", "/v1%2fw", StringComparison.Ordinal),
            asset.Public("w%255f50.jpg")])
        {
            using var response = await Stack.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
        }
    }

    [Fact]
    public async Task Without_a_shared_cache_each_replica_remembers_for_itself()
    {
        var alone = await AnotherAsync(new() { ["ConnectionStrings:cache"] = "" });
        var asset = await (await alone.NewSpaceAsync()).AddAsync();

        alone.Redis.ShouldBeNull();
        Layer((await ImageAsync(alone, asset.Public("w_50.jpg"))).Response).ShouldBe("miss");
        Layer((await ImageAsync(alone, asset.Public("w_50.jpg"))).Response).ShouldBe("memory");
        Layer((await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response).ShouldBe("storage", "nothing went to Redis");
        (await alone.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Requests_are_counted_per_variant_without_a_write_per_request()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        for (var i = 0; i < 5; i++)
            (await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response.Dispose();

        await Stack.Services.GetRequiredService<ImageService.Core.Variants.VariantAccessCounts>().FlushAsync(Ct);

        await using var db = space.Db();
        var row = await db.Variants.AsNoTracking().SingleAsync(Ct);
        (row.AccessCount, row.LastAccessedAt is not null).ShouldBe((5, true));
    }
}
