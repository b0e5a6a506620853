using Azure.Messaging.ServiceBus;
using ImageService.Core.Messaging;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Messaging;

public sealed class ServiceBusQueueTests(ConformanceMatrix matrix) : MessageQueueContract(matrix), IAsyncDisposable
{
    private const string Name = "imageservice-test";

    private readonly ServiceBusHost _host = new();
    private readonly List<ServiceBusQueue> _queues = [];

    protected override string Provider => "servicebus";

    protected override string Server => "Azure.Messaging.ServiceBus against an in-process AMQP 1.0 host written from the public protocol guide";

    protected override bool Deduplicates => true;

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues) await queue.DisposeAsync();
        await _host.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_is_set_aside_and_stays_there()
    {
        var (queue, _) = await CreateAsync(Options());
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await using var client = new ServiceBusClient(_host.ConnectionString);
        await client.CreateSender(Name).SendMessageAsync(new ServiceBusMessage("hello"), Ct);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, Dead: 1 });
        consumer.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_queue_that_nobody_made_is_an_error()
    {
        var queue = Queue(Options(options => options.QueueName = "nobody-made-this"));
        var refused = await Should.ThrowAsync<ServiceBusException>(() => queue.PublishAsync(Messages(1), Ct));
        refused.Reason.ShouldBe(ServiceBusFailureReason.MessagingEntityNotFound);
    }

    protected override Task<(IMessageQueue First, IMessageQueue Second)> CreateAsync(MessagingOptions options)
    {
        options.QueueName = Name;
        _host.AddQueue(Name, options.VisibilityTimeout);
        return Task.FromResult<(IMessageQueue, IMessageQueue)>((Queue(options), Queue(options)));
    }

    protected override async Task TakeAndDieAsync(MessagingOptions options)
    {
        await using var client = new ServiceBusClient(_host.ConnectionString);
        await using var receiver = client.CreateReceiver(Name);
        await Eventually(async () => await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(5), Ct) is not null);
    }

    protected override async Task<IReadOnlyList<string>> DeadReasonsAsync(MessagingOptions options)
    {
        await using var client = new ServiceBusClient(_host.ConnectionString);
        await using var receiver = client.CreateReceiver(Name, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        return [.. (await receiver.PeekMessagesAsync(10, cancellationToken: Ct)).Select(message => message.DeadLetterErrorDescription)];
    }

    protected override Task RestartBrokerAsync()
    {
        _host.Restart();
        return Task.CompletedTask;
    }

    private ServiceBusQueue Queue(MessagingOptions options)
    {
        var serviceBus = Microsoft.Extensions.Options.Options.Create(new ServiceBusOptions { ConnectionString = _host.ConnectionString });
        var messaging = Microsoft.Extensions.Options.Options.Create(options);
        var queue = new ServiceBusQueue(messaging, serviceBus, TimeProvider.System, NullLogger<ServiceBusQueue>.Instance);
        _queues.Add(queue);
        return queue;
    }
}
