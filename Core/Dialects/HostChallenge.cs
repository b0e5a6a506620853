using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DnsClient;
using ImageService.Core.Outbound;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>
/// Whether who claims a host name has it: a TXT record, or a file that the name's present server shows. This service never answers the challenge itself:
/// else whoever claims first would have
/// every name that already points here.
/// </summary>
public sealed class HostChallenge(ITxtRecords dns, GuardedHttpClient http)
{
    private const string Prefix = "imageservice-";
    private const string Label = "_imageservice.";
    private const string Path = "/.well-known/imageservice-challenge";
    private const int LongestAnswer = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>Name of the TXT record.</summary>
    public static string RecordName(string hostname) => Label + hostname;

    /// <summary>Where the file is looked for.</summary>
    public static string FileUrl(string hostname) => $"http://{hostname}{Path}";

    /// <summary>A new text to show.</summary>
    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));

    /// <summary>Whether DNS or the present server shows the host's challenge now.</summary>
    public async Task<bool> IsMetAsync(DialectHost host, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return (await dns.ReadAsync(RecordName(host.Hostname), limit.Token)).Any(text => FixedTime.Equal(host.Challenge, text.Trim()))
                || FixedTime.Equal(host.Challenge, await FetchAsync(host.Hostname, limit.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<string?> FetchAsync(string hostname, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, FileUrl(hostname));
        if (!(await http.SendAsync(request, ct)).TryGet(out var response, out _))
            return null;
        using (response)
        {
            if (!response.IsSuccessStatusCode)
                return null;
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            var buffer = new byte[LongestAnswer];
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            return Encoding.UTF8.GetString(buffer, 0, length).Trim();
        }
    }
}

/// <summary>The TXT records of a name.</summary>
public interface ITxtRecords
{
    /// <summary>Their texts; none where the name has none or nobody answers.</summary>
    Task<IReadOnlyList<string>> ReadAsync(string name, CancellationToken ct);
}

/// <summary>Asks the resolvers that the machine is set up with.</summary>
public sealed class DnsTxtRecords : ITxtRecords
{
    private readonly LookupClient _client = new(
        new LookupClientOptions { Timeout = TimeSpan.FromSeconds(3), Retries = 1, UseCache = false, ThrowDnsErrors = false });

    public async Task<IReadOnlyList<string>> ReadAsync(string name, CancellationToken ct)
    {
        try
        {
            var answer = await _client.QueryAsync(name, QueryType.TXT, cancellationToken: ct);
            return [.. answer.Answers.TxtRecords().Select(static record => string.Concat(record.Text))];
        }
        catch (DnsResponseException)
        {
            return [];
        }
    }
}
