using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>How pages and their script get to a browser.</summary>
[Trait("Level", "Integration")]
public sealed partial class PageDeliveryTests : IAsyncLifetime
{
    private readonly PortalFactory _portal = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _portal.InitializeAsync();

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Fact]
    public async Task The_script_has_its_fingerprint_in_its_name_and_is_found_by_its_plain_name_with_leave_of_the_policy()
    {
        using var browser = _portal.Browser();
        using var answer = await browser.GetAsync("/sign-in", Ct);
        var page = await answer.Content.ReadAsStringAsync(Ct);
        var script = Script().Match(page).Groups["name"].Value;
        script.ShouldMatch(@"^js/portal\.\w+\.js$");
        var map = Map().Match(page).Groups["text"].Value;
        map.ShouldBe($$$"""{"imports":{"./js/portal.js":"./{{{script}}}"}}""");
        answer.Headers.GetValues("Content-Security-Policy").Single()
            .ShouldContain($"script-src 'self' 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(map)))}';");
        using var file = await browser.GetAsync($"/{script}", Ct);
        file.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Pages_are_compressed_and_what_is_secret_in_them_is_another_text_each_time()
    {
        using var browser = _portal.Browser();
        List<string> tokens = [];
        for (var time = 0; time < 2; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
            request.Headers.AcceptEncoding.ParseAdd("gzip");
            using var answer = await browser.SendAsync(request, Ct);
            answer.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
            answer.Headers.Vary.ShouldContain("Accept-Encoding");
            await using var page = new GZipStream(await answer.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);
            using var reader = new StreamReader(page);
            tokens.Add(Token().Match(await reader.ReadToEndAsync(Ct)).Groups["token"].Value);
        }

        tokens.ShouldAllBe(token => token.Length > 50);
        tokens[1].ShouldNotBe(tokens[0]);
    }

    [GeneratedRegex("<script type=\"module\" src=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Script();

    [GeneratedRegex("<script type=\"importmap\">(?<text>[^<]+)</script>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Map();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
