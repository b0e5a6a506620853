using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Outbound;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Ingestion;

/// <summary>Requests in a tenant's name, against a listener on this machine that must never hear of them unless it is trusted.</summary>
[Trait("Level", "Integration")]
public sealed class GuardedHttpClientTests : IAsyncDisposable
{
    private readonly Listener _listener = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    /// <summary>Every way to write or resolve to an address of this machine or its network; {0} is the listener's port.</summary>
    public static TheoryData<string> Forms() =>
    [
        "http://127.0.0.1:{0}/", "http://127.1:{0}/", "http://127.0.1:{0}/", "http://2130706433:{0}/", "http://0x7f000001:{0}/", "http://0x7f.1:{0}/",
        "http://0177.0.0.1:{0}/", "http://017700000001:{0}/", "http://0x7f.0x0.0x0.0x1:{0}/", "http://127.0.0.1.:{0}/", "http://127.000.000.001:{0}/",
        "http://localhost:{0}/", "http://LOCALHOST:{0}/", "http://localhost.:{0}/", "http://0.0.0.0:{0}/", "http://0:{0}/", "http://127.8.9.10:{0}/",
        "http://[::1]:{0}/", "http://[0:0:0:0:0:0:0:1]:{0}/", "http://[0000::0001]:{0}/", "http://[::]:{0}/", "http://[::ffff:127.0.0.1]:{0}/",
        "http://[::ffff:7f00:1]:{0}/", "http://[::ffff:0.0.0.0]:{0}/", "http://[::127.0.0.1]:{0}/", "http://[::ffff:0:127.0.0.1]:{0}/",
        "http://[64:ff9b::127.0.0.1]:{0}/", "http://[64:ff9b::7f00:1]:{0}/", "http://[64:ff9b:1::127.0.0.1]:{0}/", "http://[2002:7f00:1::]:{0}/",
        "http://[2002:7f00:1::1]:{0}/", "http://[2001:0:7f00:1::]:{0}/", "http://[2001:0:808:808::80ff:fffe]:{0}/", "http://[fe80::5efe:7f00:1]:{0}/",
        "http://[fe80::1]:{0}/", "http://[fe80::1%25lo]:{0}/", "http://[::1%25lo]:{0}/", "http://[fec0::1]:{0}/", "http://[fc00::1]:{0}/",
        "http://[fd00:ec2::254]/latest/meta-data/", "http://[ff02::1]:{0}/", "http://169.254.169.254/latest/meta-data/", "http://169.254.169.254.:80/",
        "http://2852039166/latest/meta-data/", "http://0xa9fea9fe/", "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/",
        "http://169.254.170.2/v2/credentials",
        "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/",
        "http://100.64.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://192.0.2.1/", "http://198.18.0.1/", "http://240.0.0.1/",
        "http://user@127.0.0.1:{0}/", "http://user:password@example.com/", "http://example.com@127.0.0.1:{0}/", "http://127.0.0.1:{0}\\@example.com/",
        "http://①②⑦.⓪.⓪.①:{0}/", "http://127。0。0。1:{0}/", "https://127.0.0.1:{0}/", "HTTP://127.0.0.1:{0}/", "ftp://127.0.0.1:{0}/", "file:///etc/passwd",
        "gopher://127.0.0.1:{0}/_", "data:image/png;base64,AAAA", "ws://127.0.0.1:{0}/", "jar:http://127.0.0.1:{0}/!/",
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task No_form_of_an_inner_address_is_ever_connected_to(string form)
    {
        var text = form.Replace("{0}", $"{_listener.Port}", StringComparison.Ordinal);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            // What cannot be read as a URL cannot be asked for: the endpoint answers 400.
            _listener.Requests.ShouldBe(0);
            return;
        }

        using var client = Client();
        var error = (await new RemoteImageFetcher(client, Settings()).OpenAsync(url, 1000, Ct)).Error.ShouldNotBeNull(form);
        error.Code.ShouldBeOneOf(ErrorCode.FetchRefused, ErrorCode.FetchFailed);
        _listener.Requests.ShouldBe(0, form);
        _listener.Connections.ShouldBe(0, form);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/secret")]
    [InlineData("http://localhost:{0}/secret")]
    [InlineData("http://[::1]:{0}/secret")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/secret")]
    [InlineData("http://2130706433:{0}/secret")]
    [InlineData("//127.0.0.1:{0}/secret")]
    [InlineData("http://user:pass@localhost:{0}/secret")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1:{0}/")]
    public async Task A_redirect_to_an_inner_address_is_not_followed(string target)
    {
        await using var trusted = new Listener();
        trusted.Answer =
            $"HTTP/1.1 302 Found\r\nLocation: {target.Replace("{0}", $"{_listener.Port}", StringComparison.Ordinal)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        using var client = Client(trusted);
        var result = await new RemoteImageFetcher(client, Settings()).OpenAsync(trusted.Url, 1000, Ct);
        result.Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.FetchRefused);
        trusted.Requests.ShouldBe(1);
        _listener.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Three_redirects_are_followed_and_a_fourth_is_not()
    {
        await using var trusted = new Listener();
        trusted.Answer = $"HTTP/1.1 307 Temporary Redirect\r\nLocation: {trusted.Url}again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        using var client = Client(trusted);
        var result = await new RemoteImageFetcher(client, Settings()).OpenAsync(trusted.Url, 1000, Ct);
        result.Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.FetchRefused);
        trusted.Requests.ShouldBe(4);
    }

    [Fact]
    public async Task A_trusted_host_is_asked_without_credentials_cookies_or_compression()
    {
        _listener.Answer = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd";
        using var client = Client(_listener);
        await using var image = (await new RemoteImageFetcher(client, Settings()).OpenAsync(new Uri(_listener.Url, "dir/a%20b.png?x=1"), 1000, Ct)).Value;
        image.Filename.ShouldBe("a b.png");
        using var reader = new StreamReader(image.Content);
        (await reader.ReadToEndAsync(Ct)).ShouldBe("abcd");
        _listener.LastRequest.ShouldContain("Accept-Encoding: identity");
        _listener.LastRequest.ShouldNotContain("Cookie", Case.Insensitive);
        _listener.LastRequest.ShouldNotContain("Authorization", Case.Insensitive);
        _listener.LastRequest.ShouldNotContain("traceparent", Case.Insensitive);
    }

    [Theory]
    [InlineData("200 OK\r\nContent-Type: text/html\r\nContent-Length: 2", ErrorCode.UnsupportedImageType)]
    [InlineData("200 OK\r\nContent-Type: image/png\r\nContent-Length: 5000", ErrorCode.PayloadTooLarge)]
    [InlineData("200 OK\r\nContent-Type: image/png\r\nContent-Encoding: gzip\r\nContent-Length: 2", ErrorCode.FetchFailed)]
    [InlineData("404 Not Found\r\nContent-Length: 2", ErrorCode.FetchFailed)]
    [InlineData("206 Partial Content\r\nContent-Length: 2", ErrorCode.FetchFailed)]
    [InlineData("302 Found\r\nContent-Length: 2", ErrorCode.FetchFailed)]
    public async Task What_is_no_whole_image_of_the_right_size_is_refused_by_its_headers(string head, ErrorCode expected)
    {
        _listener.Answer = $"HTTP/1.1 {head}\r\nConnection: close\r\n\r\nab";
        using var client = Client(_listener);
        var result = await new RemoteImageFetcher(client, Settings()).OpenAsync(_listener.Url, 1000, Ct);
        result.Error.ShouldNotBeNull().Code.ShouldBe(expected);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_on()
    {
        _listener.Answer = null;
        using var client = Client(_listener);
        var settings = Settings();
        settings.Value.FetchTimeout = TimeSpan.FromMilliseconds(200);
        var result = await new RemoteImageFetcher(client, settings).OpenAsync(_listener.Url, 1000, Ct);
        result.Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.FetchFailed);
    }

    [Fact]
    public async Task A_body_that_never_ends_is_given_up_on()
    {
        _listener.Answer = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\nab";
        using var client = Client(_listener);
        var settings = Settings();
        settings.Value.FetchTimeout = TimeSpan.FromMilliseconds(500);
        await using var image = (await new RemoteImageFetcher(client, settings).OpenAsync(_listener.Url, 1000, Ct)).Value;
        await Should.ThrowAsync<IOException>(async () => await image.Content.CopyToAsync(Stream.Null, Ct));
    }

    private static IOptions<IngestionOptions> Settings() => Options.Create(new IngestionOptions { FetchTimeout = TimeSpan.FromSeconds(5) });

    private static GuardedHttpClient Client(params Listener[] trusted) => new(Options.Create(new OutboundOptions
    {
        TrustedFetchHosts = [.. trusted.Select(listener => $"127.0.0.1:{listener.Port}")],
        FetchConnectTimeout = TimeSpan.FromSeconds(1),
    }));

    /// <summary>Listens on every address of this machine and counts who comes.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly TcpListener _tcp = TcpListener.Create(0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _loop;
        private int _connections;
        private int _requests;

        public Listener()
        {
            _tcp.Start();
            _loop = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_tcp.LocalEndpoint).Port;

        public Uri Url => new($"http://127.0.0.1:{Port}/");

        public int Connections => Volatile.Read(ref _connections);

        public int Requests => Volatile.Read(ref _requests);

        public string LastRequest { get; private set; } = "";

        /// <summary>Sent to every request; null sends nothing, ever.</summary>
        public string? Answer { get; set; } = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _loop;
            _tcp.Dispose();
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            var open = new List<TcpClient>();
            try
            {
                while (true)
                {
                    var client = await _tcp.AcceptTcpClientAsync(_stop.Token);
                    open.Add(client);
                    Interlocked.Increment(ref _connections);
                    var stream = client.GetStream();
                    var buffer = new byte[8192];
                    var read = await stream.ReadAsync(buffer, _stop.Token);
                    LastRequest = Encoding.ASCII.GetString(buffer, 0, read);
                    if (read > 0)
                        Interlocked.Increment(ref _requests);
                    if (Answer is null)
                        continue;
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(Answer), _stop.Token);
                    if (Answer.Contains("Connection: close", StringComparison.Ordinal))
                        client.Dispose();
                }
            }
            catch (OperationCanceledException)
            {
                open.ForEach(client => client.Dispose());
            }
        }
    }
}
