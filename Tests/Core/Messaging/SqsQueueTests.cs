using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using ImageService.Core.Messaging;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Messaging;

public sealed class SqsQueueTests(SqsServer server, ConformanceMatrix matrix) : MessageQueueContract(matrix), IAsyncLifetime
{
    private readonly string _name = $"test-{Guid.CreateVersion7():N}"[..30];
    private readonly List<SqsQueue> _queues = [];
    private SqsProcess? _private;
    private Uri _uri = null!;

    protected override string Provider => "sqs";

    protected override string Server => SqsServer.Name;

    protected override bool Deduplicates => false;

    public async ValueTask InitializeAsync() => _uri = await NeedAsync(server.GetUriAsync(Ct));

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues) queue.Dispose();
        if (_private is not null) await _private.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_is_set_aside_and_stays_there()
    {
        var options = Options(change => change.VisibilityTimeout = TimeSpan.FromSeconds(1));
        var (queue, _) = await CreateAsync(options);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await queue.MeasureAsync(Ct);
        using var client = Client();
        await client.SendMessageAsync((await client.GetQueueUrlAsync(_name, Ct)).QueueUrl, "hello", Ct);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, Dead: 1 });
        (await queue.ReviveAsync(Ct)).ShouldBe(0);
        consumer.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Queues_made_by_somebody_else_are_used_as_they_are_and_their_absence_is_an_error()
    {
        var (queue, _) = await CreateAsync(Options(options => options.CreateQueues = false));
        await Should.ThrowAsync<QueueDoesNotExistException>(() => queue.PublishAsync(Messages(1), Ct));
        var (maker, _) = await CreateAsync(Options());
        await maker.MeasureAsync(Ct);
        await queue.PublishAsync(Messages(1), Ct);
        (await queue.MeasureAsync(Ct)).Ready.ShouldBe(1);
    }

    [Fact]
    public async Task The_queue_has_a_redrive_policy_for_what_nobody_answers()
    {
        var (queue, _) = await CreateAsync(Options());
        await queue.MeasureAsync(Ct);
        using var client = Client();
        var attributes = await client.GetQueueAttributesAsync((await client.GetQueueUrlAsync(_name, Ct)).QueueUrl, ["All"], Ct);
        attributes.Attributes["RedrivePolicy"].ShouldContain($"{_name}-dead");
    }

    protected override Task<(IMessageQueue First, IMessageQueue Second)> CreateAsync(MessagingOptions options)
    {
        options.QueueName = _name;
        return Task.FromResult<(IMessageQueue, IMessageQueue)>((Queue(options), Queue(options)));
    }

    protected override async Task TakeAndDieAsync(MessagingOptions options)
    {
        using var client = Client();
        var url = (await client.GetQueueUrlAsync(_name, Ct)).QueueUrl;
        var request = new ReceiveMessageRequest
        {
            QueueUrl = url, MaxNumberOfMessages = 1, WaitTimeSeconds = 5,
            VisibilityTimeout = (int)options.VisibilityTimeout.TotalSeconds
        };
        await Eventually(async () => (await client.ReceiveMessageAsync(request, Ct)).Messages is { Count: 1 });
    }

    protected override async Task<IReadOnlyList<string>> DeadReasonsAsync(MessagingOptions options)
    {
        using var client = Client();
        var url = (await client.GetQueueUrlAsync($"{_name}-dead", Ct)).QueueUrl;
        var dead =
            await client.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = 10, MessageAttributeNames = ["All"] }, Ct);
        return [.. (dead.Messages ?? []).Select(message => message.MessageAttributes[SqsMessage.Reason].StringValue)];
    }

    protected override async Task UsePrivateBrokerAsync()
    {
        _private = await SqsProcess.StartAsync(Ct);
        _uri = _private.Uri;
    }

    protected override Task RestartBrokerAsync() => _private!.RestartAsync(Ct);

    private AmazonSQSClient Client() =>
        new(new BasicAWSCredentials("key", "secret"), new AmazonSQSConfig { ServiceURL = _uri.ToString(), AuthenticationRegion = "us-east-1" });

    private SqsQueue Queue(MessagingOptions options)
    {
        var sqs = new SqsOptions { ServiceUrl = _uri.ToString(), AccessKey = "key", SecretKey = "secret" };
        var queue = new SqsQueue(Microsoft.Extensions.Options.Options.Create(options), Microsoft.Extensions.Options.Options.Create(sqs), TimeProvider.System,
            NullLogger<SqsQueue>.Instance);
        _queues.Add(queue);
        return queue;
    }
}
