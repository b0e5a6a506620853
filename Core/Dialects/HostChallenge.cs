using System.Buffers.Text;
using System.Security.Cryptography;
using ImageService.Core.Errors;
using ImageService.Core.Outbound;
using ImageService.Core.Registry;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Dialects;

/// <summary>
/// Whether who claims a host name has it: a TXT record, or a file that the name's present server shows. This service never answers the challenge itself:
/// else whoever claims first would have
/// every name that already points here.
/// </summary>
public sealed class HostChallenge : IDisposable
{
    private const string Prefix = "imageservice-";
    private const string Label = "_imageservice.";
    private const string Path = "/.well-known/imageservice-challenge";
    private const int LongestName = 253;
    private const int LongestAnswer = 256;
    private const int MostRedirects = 2;
    private const int HttpPort = 80;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly ITxtRecords _dns;
    private readonly GuardedHttpClient _http;
    private readonly int _port;

    public HostChallenge(ITxtRecords dns, IOptions<OutboundOptions> outbound, IOptions<HostChallengeOptions> options)
        : this(dns, outbound.Value, options.Value, HttpPort)
    {
    }

    /// <summary>With a port of the file's server that a test can listen on.</summary>
    internal HostChallenge(ITxtRecords dns, OutboundOptions outbound, HostChallengeOptions options, int port)
    {
        // A client of its own: on a connection that a challenge may open, an upload by URL must not travel.
        (_dns, _http, _port) = (dns, new GuardedHttpClient(outbound, options.ReadNetworks()), port);
    }

    /// <summary>Name of the TXT record.</summary>
    public static string RecordName(string hostname) => Label + hostname;

    /// <summary>Where the file is looked for.</summary>
    public static string FileUrl(string hostname) => $"http://{hostname}{Path}";

    /// <summary>A new text to show.</summary>
    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));

    public void Dispose() => _http.Dispose();

    /// <summary>Looks at DNS and at the present server, both at once: one that is away does not hide the other.</summary>
    /// <returns>Null where one of them shows the host's challenge now, else what was found at each (<see cref="ErrorCode.Conflict"/>).</returns>
    public async Task<Error?> JudgeAsync(DialectHost host, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        Task<string?>[] looks = [InTimeAsync(ReadRecordAsync(host, limit.Token), ct), InTimeAsync(ReadFileAsync(host, limit.Token), ct)];
        try
        {
            await foreach (var look in Task.WhenEach(looks))
            {
                if (await look is null)
                    return null;
            }

            return new Error(ErrorCode.Conflict,
                $"The challenge is not shown yet. TXT record {RecordName(host.Hostname)}: {await looks[0]}. {FileUrl(host.Hostname)}: {await looks[1]}.");
        }
        finally
        {
            await limit.CancelAsync();
            await ((Task)Task.WhenAll(looks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<string?> InTimeAsync(Task<string?> look, CancellationToken ct)
    {
        try
        {
            return await look;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }

    /// <returns>Null where a record shows the challenge, else what is there instead.</returns>
    private async Task<string?> ReadRecordAsync(DialectHost host, CancellationToken ct)
    {
        if (RecordName(host.Hostname).Length > LongestName)
            return "the name is too long for one";
        var (texts, failure) = await _dns.ReadAsync(RecordName(host.Hostname), ct);
        if (texts.Any(text => FixedTime.Equal(host.Challenge, text.Trim())))
            return null;
        return failure ?? (texts.Count == 0 ? "there is none" : "it holds another text");
    }

    /// <returns>Null where the file shows the challenge, else what was met instead; never a word of an answer's text.</returns>
    private async Task<string?> ReadFileAsync(DialectHost host, CancellationToken ct)
    {
        var url = new UriBuilder(FileUrl(host.Hostname)) { Port = _port }.Uri;
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (!(await _http.SendAsync(request, ct)).TryGet(out var response, out var error))
                return Lowered(error.Detail);
            using (response)
            {
                if (response.IsSuccessStatusCode)
                    return await ShowsAsync(host, response, ct) ? null : "it shows another text";
                if (response.Headers.Location is not { } location)
                    return $"the server answered {(int)response.StatusCode}";

                // Most sites send http to https. What another name or path shows proves nothing of this one.
                if (!Uri.TryCreate(url, location, out var next) || !IsSameFile(next, url))
                    return "the server redirects elsewhere, which is not followed";
                url = next;
            }
        }

        return "the server redirects in a circle";
    }

    private static async Task<bool> ShowsAsync(DialectHost host, HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            return FixedTime.Equal(host.Challenge, (await BoundedBody.ReadTextAsync(response.Content, LongestAnswer, ct)).Trim());
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool IsSameFile(Uri next, Uri url) =>
        (next.Scheme == Uri.UriSchemeHttps || next.Scheme == Uri.UriSchemeHttp) && next.Host == url.Host && next.AbsolutePath == Path
            && (next.IsDefaultPort || next.Port == _port) && next.Query.Length == 0;

    private static string Lowered(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.');
}
