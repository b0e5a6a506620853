using System.Net.Sockets;
using DnsClient;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Dialects;

/// <summary>Asks the resolvers of the configuration, else those that the machine is set up with.</summary>
public sealed class DnsTxtRecords : ITxtRecords
{
    private readonly LookupClient _client;

    public DnsTxtRecords(IOptions<HostChallengeOptions> options)
    {
        var settings = options.Value.ReadResolvers() is { Length: > 0 } resolvers ? new LookupClientOptions(resolvers) : new LookupClientOptions();
        settings.Timeout = TimeSpan.FromSeconds(3);
        settings.Retries = 1;
        settings.UseCache = false;
        settings.ThrowDnsErrors = false;
        _client = new LookupClient(settings);
    }

    public async Task<TxtAnswer> ReadAsync(string name, CancellationToken ct)
    {
        try
        {
            var answer = await _client.QueryAsync(name, QueryType.TXT, cancellationToken: ct);
            return answer.HasError && answer.Header.ResponseCode is not DnsHeaderResponseCode.NotExistentDomain
                ? new TxtAnswer([], $"the DNS server answered {answer.Header.ResponseCode}")
                : new TxtAnswer([.. answer.Answers.TxtRecords().Select(static record => string.Concat(record.Text))], null);
        }
        catch (Exception failure) when (failure is DnsResponseException or SocketException)
        {
            return new TxtAnswer([], "no DNS server answered");
        }
    }
}
