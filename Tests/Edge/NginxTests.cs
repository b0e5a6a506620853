using System.Net;
using ImageService.Core.Invalidation;
using ImageService.Core.Invalidation.Cdn;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Edge;

[Trait("Level", "Integration")]
public sealed class NginxTests(NginxFixture nginx)
{
    private const string Avif = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
    private const string Webp = "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_request_misses_the_second_hits_and_a_query_changes_nothing()
    {
        var path = NewPath("w_800.jpg");
        (await GetAsync(path)).Edge.ShouldBe("MISS");
        var second = await GetAsync(path + "?utm_source=mail");
        (second.Edge, second.Body).ShouldBe(("HIT", "image/jpeg 1"));
    }

    [Fact]
    public async Task Avif_webp_and_the_rest_are_kept_apart_and_alike_browsers_share()
    {
        var path = NewPath("f_auto-w_800.jpg");
        (await GetAsync(path, Avif)).Body.ShouldStartWith("image/avif");
        (await GetAsync(path, Webp)).Body.ShouldStartWith("image/webp");
        (await GetAsync(path, "image/avif;q=0,image/webp;q=0.0,*/*")).Body.ShouldStartWith("image/jpeg");
        (await GetAsync(path, "image/avif,image/webp,*/*")).ShouldSatisfyAllConditions(a => a.Edge.ShouldBe("HIT"), a => a.Body.ShouldStartWith("image/avif"));
        (await GetAsync(path, "image/webp;q=0.9,*/*")).ShouldSatisfyAllConditions(a => a.Edge.ShouldBe("HIT"), a => a.Body.ShouldStartWith("image/webp"));
        (await GetAsync(path, "*/*")).ShouldSatisfyAllConditions(a => a.Edge.ShouldBe("HIT"), a => a.Body.ShouldStartWith("image/jpeg"));
        nginx.Asked(path).ShouldBe(3);
    }

    [Fact]
    public async Task Private_images_pass_with_their_query()
    {
        var path = NewPath("w_1.jpg").Replace("/pub/", "/priv/", StringComparison.Ordinal);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var client = await nginx.ClientAsync(Ct);
            using var response = await client.GetAsync(path + "?sig=a&exp=1&kid=k", Ct);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        nginx.Asked(path, "|?sig=a&exp=1&kid=k").ShouldBe(2);
    }

    [Fact]
    public async Task The_purger_reaches_every_form_of_a_url_and_no_other()
    {
        string path = NewPath("w_80-fmt_auto.jpg"), other = NewPath("w_80-fmt_auto.jpg");
        foreach (var (one, accept) in new[] { (path, Avif), (path, Webp), (path, "*/*"), (other, Avif) })
            (await GetAsync(one, accept)).Edge.ShouldBe("MISS");
        var client = await nginx.ClientAsync(Ct);
        using var purger = new NginxPurger(
            new PurgeClient(new SocketsHttpHandler(), new InvalidationOptions(), TimeProvider.System, NullLogger.Instance),
            new CdnOptions { Kind = CdnKind.Nginx, Endpoint = client.BaseAddress!.ToString() });

        await purger.PurgeAsync(new CdnPurge([], [], [path, NewPath("never_asked.jpg")]), Ct);

        (await GetAsync(path, Avif)).Edge.ShouldBe("MISS");
        (await GetAsync(path, Webp)).Edge.ShouldBe("MISS");
        (await GetAsync(path, "*/*")).Edge.ShouldBe("MISS");
        (await GetAsync(other, Avif)).Edge.ShouldBe("HIT");
    }

    [Fact]
    public async Task A_preflight_passes_and_other_methods_are_refused()
    {
        var client = await nginx.ClientAsync(Ct);
        using var options = new HttpRequestMessage(HttpMethod.Options, NewPath("w_1.jpg"));
        using var preflight = await client.SendAsync(options, Ct);
        preflight.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var post = await client.PostAsync(NewPath("w_1.jpg"), null, Ct);
        post.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Accept_is_sent_as_one_of_four_classes()
    {
        foreach (var vector in AcceptVectors.Read())
        {
            var path = NewPath("f_auto.jpg");
            await GetAsync(path, vector.Accept);
            nginx.Asked(path, $"{vector.Sent}|").ShouldBe(1, vector.Name);
        }
    }

    private static string NewPath(string last) => $"/v1/pub/acme/website/marketing/img/{Guid.CreateVersion7():N}/v1/{last}";

    private async Task<(string Edge, string Body)> GetAsync(string path, string accept = "*/*")
    {
        var client = await nginx.ClientAsync(Ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await client.SendAsync(request, Ct);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (response.Headers.GetValues("X-Edge-Cache").Single(), await response.Content.ReadAsStringAsync(Ct));
    }
}
