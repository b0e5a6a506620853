using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace ImageService.Core.Messaging;

/// <summary>Finds the two queues' addresses once, and makes the queues where they are missing.</summary>
internal sealed class SqsQueueUrls(AmazonSQSClient client, MessagingOptions options) : IDisposable
{
    /// <summary>Amazon's own redrive is the last resort, beyond every <see cref="MessagingOptions.MaxDeliveries"/>: it knows no reason.</summary>
    private const int RedriveAfter = 1000;

    private readonly SemaphoreSlim _looking = new(1, 1);
    private SqsUrls? _urls;

    /// <exception cref="QueueDoesNotExistException">One is missing, and it is somebody else's to make.</exception>
    public async Task<SqsUrls> GetAsync(CancellationToken ct)
    {
        if (_urls is { } known)
            return known;
        await _looking.WaitAsync(ct);
        try
        {
            return _urls ??= await FindAsync(ct);
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();

    private async Task<SqsUrls> FindAsync(CancellationToken ct)
    {
        // Fourteen days, Amazon's longest: dead messages wait for a person.
        var dead =
            await FindOrCreateAsync($"{options.QueueName}-dead",
                _ => Task.FromResult(new Dictionary<string, string> { ["MessageRetentionPeriod"] = "1209600" }), ct);
        var work = await FindOrCreateAsync(options.QueueName, async createCt => new()
        {
            ["MessageRetentionPeriod"] = "1209600",
            ["RedrivePolicy"] = JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["deadLetterTargetArn"] = (await client.GetQueueAttributesAsync(dead, ["QueueArn"], createCt)).QueueARN,
                ["maxReceiveCount"] = $"{RedriveAfter}",
            }),
        }, ct);
        return new SqsUrls(work, dead);
    }

    private async Task<string> FindOrCreateAsync(string name, Func<CancellationToken, Task<Dictionary<string, string>>> attributes, CancellationToken ct)
    {
        try
        {
            return (await client.GetQueueUrlAsync(name, ct)).QueueUrl;
        }
        catch (QueueDoesNotExistException) when (options.CreateQueues)
        {
            return (await client.CreateQueueAsync(new CreateQueueRequest { QueueName = name, Attributes = await attributes(ct) }, ct)).QueueUrl;
        }
    }
}

/// <summary>Addresses of the two queues.</summary>
internal sealed record SqsUrls(string Work, string Dead);
