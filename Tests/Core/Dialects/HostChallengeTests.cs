using System.Net;
using ImageService.Core.Dialects;
using ImageService.Core.Errors;
using ImageService.Core.Outbound;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Dialects;

/// <summary>Proofs of a host name, by a DNS server and a web server of this machine.</summary>
[Trait("Level", "Integration")]
public sealed class HostChallengeTests : IAsyncLifetime
{
    private const string Record = "_imageservice.localhost";
    private const string Path = "/.well-known/imageservice-challenge";

    private readonly TxtServer _dns = new();
    private readonly DialectHost _host = HostOf("localhost");

    private WebApplication _site = null!;
    private Func<HttpContext, Task> _answer = static http => Status(http, 404);
    private int _asked;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private int Port => new Uri(_site.Urls.Single()).Port;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _site = builder.Build();
        _site.Run(http =>
        {
            Interlocked.Increment(ref _asked);
            return _answer(http);
        });
        await _site.StartAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await _dns.DisposeAsync();
    }

    [Fact]
    public async Task A_record_proves_the_name_among_others_and_where_no_web_server_is()
    {
        _dns.Records[Record] = ["v=spf1 -all", $" {_host.Challenge} "];
        (await JudgeAsync(port: 1)).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_proves_the_name_where_no_dns_server_answers()
    {
        _answer = http => http.Response.WriteAsync($"{_host.Challenge}\n");
        (await JudgeAsync()).ShouldBeNull();
        _dns.IsBroken = true;
        (await JudgeAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_redirect_is_followed_to_the_same_file_alone()
    {
        _answer = http => http.Response.WriteAsync(_host.Challenge);
        string[] elsewhere =
            [$"http://127.0.0.1:{Port}{Path}", $"//127.0.0.1:{Port}{Path}", "/other", Path + "?a=b", "http://localhost:1" + Path, "ftp://localhost" + Path];
        var right = _answer;
        foreach (var target in elsewhere)
        {
            _asked = 0;
            _answer = http => Volatile.Read(ref _asked) == 1 ? Redirect(http, target) : right(http);
            (await JudgeAsync()).ShouldNotBeNull(target).Detail.ShouldContain("redirects elsewhere, which is not followed");
            _asked.ShouldBe(1, target);
        }

        var first = true;
        _answer = http =>
        {
            (var isFirst, first) = (first, false);
            return isFirst ? Redirect(http, Path) : http.Response.WriteAsync(_host.Challenge);
        };
        (await JudgeAsync()).ShouldBeNull();
        _answer = static http => Redirect(http, Path);
        (await JudgeAsync()).ShouldNotBeNull().Detail.ShouldContain("redirects in a circle");
    }

    [Fact]
    public async Task What_was_found_instead_is_told_of_both_and_never_its_text()
    {
        Told(await JudgeAsync(), "there is none", "the server answered 404");
        _dns.Records[Record] = [_host.Challenge[..^1] + "!"]; // no challenge has such a sign
        _answer = static http => http.Response.WriteAsync("password: hunter2");
        Told(await JudgeAsync(), "it holds another text", "it shows another text");
        _dns.IsBroken = true;
        _answer = static http => Status(http, 500);
        Told(await JudgeAsync(), "the DNS server answered ServerFailure", "the server answered 500");
        _dns.IsBroken = false;
        _dns.Records[Record] = [];
        Told(await JudgeAsync(port: 1), "there is none", "its server does not accept connections");
    }

    [Fact]
    public async Task Without_the_operators_word_no_server_of_an_inner_network_is_asked()
    {
        _answer = http => http.Response.WriteAsync(_host.Challenge);
        Told(await JudgeAsync(networks: []), "there is none", "the URL's host has no public address");
        Told(await JudgeAsync(networks: ["10.0.0.0/8", "127.0.0.2"]), "there is none", "the URL's host has no public address");
        _asked.ShouldBe(0);
    }

    [Fact]
    public async Task A_name_too_long_for_a_record_is_said_to_be()
    {
        var label = new string('a', 60);
        (await JudgeAsync(hostname: $"{label}.{label}.{label}.{label}.invalid")).ShouldNotBeNull().Detail.ShouldContain("too long for one");
    }

    [Fact]
    public void Entries_that_cannot_be_read_are_told_at_the_start()
    {
        var options = new HostChallengeOptions
        {
            Resolvers = ["10.0.0.53", "[fd00::53]:5353", "dns.example.com"],
            ChallengeNetworks = ["10.0.0.0/8", "10.0.0.7", "inner"],
        };
        new HostChallengeOptionsValidator().Validate(null, options).Failures!.Select(static text => text.Split('"')[1]).ShouldBe(["dns.example.com", "inner"]);
        HostChallengeOptions.ReadResolver("10.0.0.53").ShouldBe(new IPEndPoint(IPAddress.Parse("10.0.0.53"), 53));
    }

    private static DialectHost HostOf(string hostname) => new()
    {
        OrganizationId = Guid.Empty,
        TenantId = Guid.Empty,
        SpaceId = Guid.Empty,
        Hostname = hostname,
        Dialect = UrlDialect.Next,
        Challenge = HostChallenge.New(),
    };

    private static void Told(Error? error, string ofRecord, string ofFile)
    {
        error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.Conflict);
        error.Detail.ShouldContain($"TXT record {Record}: {ofRecord}.");
        error.Detail.ShouldContain(ofFile);
        error.Detail.ShouldNotContain("hunter2");
    }

    private static Task Redirect(HttpContext http, string to)
    {
        http.Response.Redirect(to);
        return Task.CompletedTask;
    }

    private static Task Status(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private async Task<Error?> JudgeAsync(int? port = null, string[]? networks = null, string? hostname = null)
    {
        var host = hostname is null ? _host : HostOf(hostname);
        var options = new HostChallengeOptions { Resolvers = [_dns.Address], ChallengeNetworks = networks ?? ["127.0.0.0/8"] };
        using var challenge = new HostChallenge(new DnsTxtRecords(Options.Create(options)), new OutboundOptions(), options, port ?? Port);
        return await challenge.JudgeAsync(host, Ct);
    }
}
