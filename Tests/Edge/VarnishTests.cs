using System.Net;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Edge;

[Trait("Level", "Integration")]
public sealed class VarnishTests(VarnishFixture varnish)
{
    private const string Avif = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
    private const string Webp = "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_request_misses_and_the_second_hits()
    {
        var path = NewPath("w_800.jpg");
        (await GetAsync(path)).Edge.ShouldBe("MISS");
        var second = await GetAsync(path);
        second.Edge.ShouldBe("HIT");
        second.Body.ShouldBe("image/jpeg 1");
        varnish.Asked(path).ShouldBe(1);
    }

    [Fact]
    public async Task Avif_webp_and_the_rest_are_kept_apart_and_alike_browsers_share()
    {
        var path = NewPath("f_auto-w_800.jpg");
        (await GetAsync(path, Avif)).Body.ShouldStartWith("image/avif");
        (await GetAsync(path, Webp)).Body.ShouldStartWith("image/webp");
        (await GetAsync(path, "*/*")).Body.ShouldStartWith("image/jpeg");
        (await GetAsync(path, "image/avif,image/webp,*/*")).ShouldSatisfyAllConditions(a => a.Edge.ShouldBe("HIT"), a => a.Body.ShouldStartWith("image/avif"));
        (await GetAsync(path, "image/webp;q=0.9,*/*")).ShouldSatisfyAllConditions(a => a.Edge.ShouldBe("HIT"), a => a.Body.ShouldStartWith("image/webp"));
        (await GetAsync(path, null)).ShouldSatisfyAllConditions(a => a.Edge.ShouldBe("HIT"), a => a.Body.ShouldStartWith("image/jpeg"));
        varnish.Asked(path).ShouldBe(3);
    }

    [Theory]
    [InlineData("image/avif;q=0,image/webp,*/*", "image/webp")]
    [InlineData("image/avif; q=0.0 ,image/webp ; q=0,*/*", "image/jpeg")]
    [InlineData("image/avif;q=0.5,*/*", "image/avif")]
    [InlineData("text/html,image/avif", "image/avif")]
    [InlineData("image/avif-sequence,image/webpx", "image/jpeg")]
    public async Task A_refused_format_is_not_asked_for(string accept, string type) =>
        (await GetAsync(NewPath("f_auto.jpg"), accept)).Body.ShouldStartWith(type);

    [Fact]
    public async Task A_query_neither_changes_the_key_nor_reaches_the_origin()
    {
        var path = NewPath("w_1.jpg");
        (await GetAsync(path + "?cache=bust1")).Edge.ShouldBe("MISS");
        (await GetAsync(path + "?cache=bust2&w=5")).Edge.ShouldBe("HIT");
        varnish.Asked(path, "*/*|?").ShouldBe(0);
        varnish.Asked(path).ShouldBe(1);
    }

    [Fact]
    public async Task Private_images_pass_with_their_query()
    {
        var path = NewPath("w_1.jpg").Replace("/pub/", "/priv/", StringComparison.Ordinal);
        (await GetAsync(path + "?sig=a&exp=1&kid=k")).Edge.ShouldBe("MISS");
        (await GetAsync(path + "?sig=a&exp=1&kid=k")).Edge.ShouldBe("MISS");
        varnish.Asked(path).ShouldBe(2);
    }

    [Fact]
    public async Task A_tags_ban_reaches_every_form_of_its_images_and_no_other()
    {
        string path = NewPath("f_auto.jpg"), other = NewPath("f_auto.jpg");
        foreach (var (one, accept) in new[] { (path, Avif), (path, Webp), (other, Avif) })
            (await GetAsync(one, accept)).Edge.ShouldBe("MISS");

        (await SendAsync("BAN", "/", $"(^|,)(asset:{path.Split('/')[7]}|preset:acme/none)(,|$)")).ShouldBe(HttpStatusCode.OK);

        (await GetAsync(path, Avif)).Edge.ShouldBe("MISS");
        (await GetAsync(path, Webp)).Edge.ShouldBe("MISS");
        (await GetAsync(other, Avif)).Edge.ShouldBe("HIT");
    }

    [Fact]
    public async Task A_purge_of_a_url_reaches_every_form_of_it()
    {
        var path = NewPath("f_auto.jpg");
        await GetAsync(path, Avif);
        await GetAsync(path, Webp);
        (await SendAsync("PURGE", path)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(path, Avif)).Edge.ShouldBe("MISS");
        (await GetAsync(path, Webp)).Edge.ShouldBe("MISS");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a b")]
    [InlineData("x && obj.age > 0s")]
    public async Task A_ban_without_a_plain_pattern_is_refused(string? pattern) => (await SendAsync("BAN", "/", pattern)).ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_conditional_request_is_answered_by_the_edge()
    {
        var path = NewPath("w_5.jpg");
        var client = await varnish.ClientAsync(Ct);
        using var first = await client.GetAsync(path, Ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await client.SendAsync(request, Ct);
        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        varnish.Asked(path).ShouldBe(1);
    }

    [Fact]
    public async Task Accept_is_sent_as_one_of_four_classes()
    {
        foreach (var vector in AcceptVectors.Read())
        {
            var path = NewPath("f_auto.jpg");
            await GetAsync(path, vector.Accept);
            varnish.Asked(path, $"{vector.Sent}|").ShouldBe(1, vector.Name);
        }
    }

    private static string NewPath(string last) => $"/v1/pub/acme/website/marketing/img/{Guid.CreateVersion7():N}/v1/{last}";

    private async Task<Answer> GetAsync(string path, string? accept = "*/*")
    {
        var client = await varnish.ClientAsync(Ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await client.SendAsync(request, Ct);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new Answer(response.Headers.GetValues("X-Edge-Cache").Single(), await response.Content.ReadAsStringAsync(Ct));
    }

    private async Task<HttpStatusCode> SendAsync(string method, string path, string? tagPattern = null)
    {
        var client = await varnish.ClientAsync(Ct);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (tagPattern is not null)
            request.Headers.TryAddWithoutValidation("Cache-Tag", tagPattern);
        using var response = await client.SendAsync(request, Ct);
        return response.StatusCode;
    }

    private sealed record Answer(string Edge, string Body);
}
